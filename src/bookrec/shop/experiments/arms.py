"""Arms of an experiment: names and the settings of lists that they change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from bookrec.errors import ShopError
from bookrec.shop.selling.shop_settings import require_setting

Arm = Mapping[str, str]
"""Setting → value as it is stored."""

PRESETS: Final[Mapping[str, Arm]] = {
    "default": {},
    "alike": {"diversity": "0"},
    "diverse": {"diversity": "2"},
    "surprising": {"diversity": "4"},
    "many-authors": {"most_of_author": "2"},
}
"""Name → the settings it stands for."""
ARM_SETTINGS: Final = ("diversity", "most_of_author")
"""Settings of lists that an arm may change."""
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def parse_arms(text: str, currency: str) -> dict[str, Arm]:
    """Read arms such as ``a=default,b=diverse`` or ``a=default,b=diversity:3+most_of_author:2``.

    The first arm is the control.

    Raises:
        ShopError: fewer than two arms, a name that is none, or a setting that lists do not have.
    """
    arms: dict[str, Arm] = {}
    for part in text.split(","):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not _NAME.fullmatch(name):
            raise ShopError(
                f"The arm {part.strip()!r} is no pair such as b=diverse; names have small letters, "
                "digits and hyphens."
            )
        if name in arms:
            raise ShopError(f"Two arms are named {name!r}.")
        arms[name] = _settings_of(value, currency)
    if len(arms) < 2:
        raise ShopError("An experiment compares at least two arms, such as a=default,b=diverse.")
    return arms


def _settings_of(text: str, currency: str) -> Arm:
    if text in PRESETS:
        return PRESETS[text]
    settings = {}
    for pair in text.split("+"):
        key, colon, value = (piece.strip() for piece in pair.partition(":"))
        if not colon or key not in ARM_SETTINGS:
            raise ShopError(
                f"{text!r} is neither one of {', '.join(PRESETS)} nor settings such as diversity:3; "
                f"an arm may set {', '.join(ARM_SETTINGS)}."
            )
        settings[key] = require_setting(key).checked(value, currency)
    return settings
