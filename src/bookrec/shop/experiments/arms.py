"""Arms of an experiment: names and the settings of lists that they change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from bookrec.errors import ShopError
from bookrec.shop.selling.shop_settings import FIRST, IGNORE, ONLY, require_setting

Arm = Mapping[str, str]
"""Setting → value as it is stored."""

SNAPSHOT: Final = "snapshot"
"""Setting that names the snapshot whose stored lists the readers of an arm get."""
VISIT_WEIGHT: Final = "visit_weight"
"""Setting with the weight of the visit, beside 1 for the stored list; the site's own is 4."""
STOCK_RULE: Final = "stock_rule"
PRESETS: Final[Mapping[str, Arm]] = {
    "default": {},
    "alike": {"diversity": "0"},
    "diverse": {"diversity": "2"},
    "surprising": {"diversity": "4"},
    "many-authors": {"most_of_author": "2"},
    "no-visit": {VISIT_WEIGHT: "0"},
    "strong-visit": {VISIT_WEIGHT: "8"},
    "stock-only": {STOCK_RULE: ONLY},
    "stock-first": {STOCK_RULE: FIRST},
    "any-stock": {STOCK_RULE: IGNORE},
}
"""Name → the settings it stands for."""
ARM_SETTINGS: Final[Mapping[str, str]] = {
    "diversity": "diversity",
    "most_of_author": "most_of_author",
    "stock": STOCK_RULE,
    VISIT_WEIGHT: VISIT_WEIGHT,
    SNAPSHOT: SNAPSHOT,
}
"""Word → the setting of lists that it changes."""
_STOCK_WORDS: Final = {"only": ONLY, "first": FIRST, "ignore": IGNORE}
_MOST_VISIT_WEIGHT: Final = 100
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_WEIGHT: Final = re.compile(r"\d{1,3}(\.\d{1,3})?", re.ASCII)
_SNAPSHOT_ID: Final = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}", re.ASCII)


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


def snapshots_of(arms: Mapping[str, Arm]) -> dict[str, str]:
    """Return the snapshot of each arm that names one."""
    return {name: arm[SNAPSHOT] for name, arm in arms.items() if SNAPSHOT in arm}


def arm_words(arm: Arm) -> str:
    """Return an arm as `parse_arms` reads it, such as ``diversity:3+stock:only``."""
    words = {setting: word for word, setting in ARM_SETTINGS.items()}
    rules = {rule: word for word, rule in _STOCK_WORDS.items()}
    pairs = [f"{words[key]}:{rules.get(value, value)}" for key, value in arm.items()]
    return "+".join(pairs) or "default"


def _settings_of(text: str, currency: str) -> Arm:
    if text in PRESETS:
        return PRESETS[text]
    settings = {}
    for pair in text.split("+"):
        word, colon, value = (piece.strip() for piece in pair.partition(":"))
        if not colon or word not in ARM_SETTINGS:
            raise ShopError(
                f"{text!r} is neither one of {', '.join(PRESETS)} nor settings such as diversity:3; "
                f"an arm may set {', '.join(ARM_SETTINGS)}."
            )
        settings[ARM_SETTINGS[word]] = _checked(ARM_SETTINGS[word], value, currency)
    return settings


def _checked(setting: str, value: str, currency: str) -> str:
    if setting == SNAPSHOT:
        if not _SNAPSHOT_ID.fullmatch(value):
            raise ShopError(
                f"{value!r} is no id of a snapshot; 'bookrec snapshots list' names them all."
            )
        return value
    if setting == VISIT_WEIGHT:
        if not _WEIGHT.fullmatch(value) or float(value) > _MOST_VISIT_WEIGHT:
            raise ShopError(
                f"visit_weight is a number from 0 (lists do not follow a visit) to "
                f"{_MOST_VISIT_WEIGHT}, and 4 unless set; it was given {value!r}."
            )
        return value
    if setting == STOCK_RULE:
        value = _STOCK_WORDS.get(value, value)
        if value not in _STOCK_WORDS.values():
            raise ShopError(f"stock is one of {', '.join(_STOCK_WORDS)}; it was given {value!r}.")
    return require_setting(setting).checked(value, currency)
