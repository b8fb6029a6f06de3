"""Settings of the shop: its name, texts, currency, bank, delivery, stock rule and colours.

They are rows of ``shop_setting``; a key without a row has its default. `set_setting` checks a value, so
that a stored one is good.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from bookrec.errors import ShopError
from bookrec.languages import find_language, known_languages
from bookrec.settings import templates_directory
from bookrec.shop.selling.banks import BINS, bank_bin
from bookrec.shop.selling.contrast import (
    DARK_GROUNDS,
    LEAST_TEXT,
    LIGHT_GROUNDS,
    contrast,
    is_colour,
)
from bookrec.shop.selling.currencies import MINOR_DIGITS, parse_amount

DEFAULT_NAME: Final = "bookrec"
ONLY: Final = "only in stock"
FIRST: Final = "stock first"
IGNORE: Final = "ignore"
STOCK_RULES: Final = (ONLY, FIRST, IGNORE)
DEFAULT_EVENT_DAYS: Final = 90
_MOST_EVENT_DAYS: Final = 730
_MOST_TEXT: Final = 200
_MOST_ABOUT: Final = 1_000
_ACCOUNT: Final = re.compile(r"[0-9A-Za-z]{4,19}")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


@dataclass(frozen=True)
class ShopSettings:
    """Settings of the shop; '' = not set."""

    name: str = DEFAULT_NAME
    tagline: str = ""
    welcome: str = ""
    """Headline of the home page for visitors."""
    intro: str = ""
    """Sentence below the headline."""
    about: str = ""
    """Paragraph about the shop at the foot of every page."""
    address: str = ""
    phone: str = ""
    email: str = ""
    currency: str = "VND"
    bank: str = ""
    """BIN of the bank, 6 digits."""
    bank_account: str = ""
    bank_holder: str = ""
    delivery: bool = True
    """Whether the shop delivers; pickup is always possible."""
    delivery_fee: int = 0
    """Minor units of the currency."""
    languages: tuple[str, ...] = ()
    """Languages of the pages, the default first; () = all that the templates directory has."""
    stock_rule: str = ""
    """One of `STOCK_RULES`; '' = `FIRST` once prices are loaded, else `IGNORE`."""
    diversity: int = 0
    """Step of the slider of diversity for readers who have not moved it, 0–4."""
    most_of_author: int = 0
    """Books of one author among the first ten of a reader's list; 0 = any number."""
    accent: str = ""
    """Colour of links, buttons and the shop front by day."""
    accent_dark: str = ""
    """Colour of links and buttons by night."""
    event_days: int = DEFAULT_EVENT_DAYS
    """Days after which what readers opened and were shown is kept as daily counts only."""

    @property
    def takes_transfers(self) -> bool:
        """Whether the bank details are complete."""
        return bool(self.bank and self.bank_account and self.bank_holder)


class _Refused(ValueError):
    """A value that a key does not take; the message is the end of a sentence."""


class SettingRefused(ShopError):
    """A value that a setting does not take."""

    def __init__(self, key: str, value: str, reason: str) -> None:
        super().__init__(f"The setting {key!r} {reason}; it was given {value!r}.")
        self.key = key


@dataclass(frozen=True)
class Setting:
    """A key of the settings."""

    key: str
    meaning: str
    parse: Callable[[str, str], str]
    """Text and the shop's currency → the text to store; raises `_Refused`."""

    def checked(self, value: str, currency: str) -> str:
        """Return a value as it is stored.

        Raises:
            SettingRefused: the setting does not take it.
        """
        try:
            return self.parse(value.strip(), currency)
        except _Refused as refused:
            raise SettingRefused(self.key, value, str(refused)) from refused


def _text(value: str, _: str) -> str:
    text = " ".join(value.split())
    if len(text) > _MOST_TEXT or not text.isprintable():
        raise _Refused(f"is one line of at most {_MOST_TEXT} characters")
    return text


def _about(value: str, _: str) -> str:
    text = " ".join(value.split())
    if len(text) > _MOST_ABOUT or not text.isprintable():
        raise _Refused(f"has at most {_MOST_ABOUT:,} characters")
    return text


def _name(value: str, currency: str) -> str:
    return _text(value, currency) or DEFAULT_NAME


def _email(value: str, _: str) -> str:
    if value and not is_email(value):
        raise _Refused("is an address such as shop@example.org")
    return value


def _one_of(*choices: str) -> Callable[[str, str], str]:
    def parse(value: str, _: str) -> str:
        for choice in choices:
            if choice.casefold() == value.strip().casefold():
                return choice
        raise _Refused(f"is one of: {', '.join(choice or repr('') for choice in choices)}")

    return parse


def _bank(value: str, _: str) -> str:
    number = bank_bin(value) if value else ""
    if number is None:
        raise _Refused(f"is the bank's number of 6 digits (BIN), or one of: {', '.join(BINS)}")
    return number


def _account(value: str, _: str) -> str:
    number = re.sub(r"[\s.-]", "", value)
    if number and not _ACCOUNT.fullmatch(number):
        raise _Refused("is 4 to 19 letters and digits")
    return number


def _fee(value: str, currency: str) -> str:
    amount = parse_amount(value, currency)
    if amount is None:
        raise _Refused(f"is an amount in {currency}, such as 25000 or 2.50")
    return str(amount)


def _number(
    least: int, most: int, empty: int = 0, what: str = "number"
) -> Callable[[str, str], str]:
    """Take whole numbers in a range; an empty text stands for ``empty``."""

    def parse(value: str, _: str) -> str:
        if not value:
            return str(empty)
        if not (value.isascii() and value.isdecimal() and least <= int(value[:9]) <= most):
            raise _Refused(f"is a {what} from {least} to {most}")
        return str(int(value))

    return parse


def _languages(value: str, _: str) -> str:
    known = known_languages(templates_directory())
    codes = [find_language(code, known) for code in re.split(r"[\s,]+", value.strip()) if code]
    if None in codes:
        raise _Refused(f"is a list such as 'vi en', of: {', '.join(known)}; '' for all of them")
    return " ".join(dict.fromkeys(code for code in codes if code))


def _colour(*grounds: str) -> Callable[[str, str], str]:
    def parse(value: str, _: str) -> str:
        colour = value.strip().lower()
        if not colour:
            return ""
        if not is_colour(colour):
            raise _Refused("is a colour such as #1c5a47")
        for ground in grounds:
            if (ratio := contrast(colour, ground)) < LEAST_TEXT:
                raise _Refused(
                    f"cannot be read on the page's {ground}: contrast {ratio:.1f}, "
                    f"at least {LEAST_TEXT} is needed; choose a "
                    f"{'darker' if grounds == LIGHT_GROUNDS else 'lighter'} one"
                )
        return colour

    return parse


SETTINGS: Final = {
    setting.key: setting
    for setting in (
        Setting("name", "the shop's name, on every page", _name),
        Setting("tagline", "a line above every page", _text),
        Setting("welcome", "headline of the home page for visitors", _text),
        Setting("intro", "sentence below that headline", _text),
        Setting("about", "about the shop, at the foot of every page", _about),
        Setting("address", "where books are picked up", _text),
        Setting("phone", "telephone of the shop", _text),
        Setting("email", "e-mail address of the shop", _email),
        Setting("currency", f"of all prices: {', '.join(MINOR_DIGITS)}", _one_of(*MINOR_DIGITS)),
        Setting("bank", "BIN or short code of the bank for transfers", _bank),
        Setting("bank_account", "number of the account", _account),
        Setting("bank_holder", "holder of the account", _text),
        Setting("delivery", "whether the shop delivers: yes, no", _one_of("yes", "no")),
        Setting("delivery_fee", "for an order, in the currency", _fee),
        Setting("languages", "of the pages, the default first: 'vi en'; '' = all", _languages),
        Setting("diversity", "0 (most alike) to 4 (most surprising) for lists", _number(0, 4)),
        Setting("most_of_author", "books of one author in the first ten; 0 = any", _number(0, 10)),
        Setting("stock_rule", ", ".join(STOCK_RULES), _one_of("", *STOCK_RULES)),
        Setting(
            "accent", "colour of links, buttons and the front, by day", _colour(*LIGHT_GROUNDS)
        ),
        Setting("accent_dark", "colour of links and buttons by night", _colour(*DARK_GROUNDS)),
        Setting(
            "event_days",
            "for which single events of readers are kept",
            _number(1, _MOST_EVENT_DAYS, DEFAULT_EVENT_DAYS, "number of days"),
        ),
    )
}
"""Key → setting. The logo is a file beside them (`bookrec.shop.selling.logo`)."""


_NOT_TEXT: Final = frozenset(
    {"delivery", "delivery_fee", "languages", "event_days", "diversity", "most_of_author"}
)
"""Keys whose values are no texts."""


def is_email(text: str) -> bool:
    """Whether ``text`` looks like an e-mail address."""
    return len(text) <= _MOST_TEXT and bool(_EMAIL.fullmatch(text))


def read_settings(connection: sqlite3.Connection) -> ShopSettings:
    """Read the settings, defaults included."""
    stored: dict[str, str] = dict(connection.execute("select key, value from shop_setting"))
    texts = {key: stored[key] for key in SETTINGS if key in stored and key not in _NOT_TEXT}
    return ShopSettings(
        **texts,
        delivery=stored.get("delivery", "yes") == "yes",
        delivery_fee=int(stored.get("delivery_fee", "0")),
        languages=tuple(stored.get("languages", "").split()),
        event_days=int(stored.get("event_days", DEFAULT_EVENT_DAYS)),
        diversity=int(stored.get("diversity", "0")),
        most_of_author=int(stored.get("most_of_author", "0")),
    )


def setting_text(settings: ShopSettings, key: str) -> str:
    """Return a setting as the operator would write it; amounts are in minor units."""
    value = getattr(settings, key)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(value) if isinstance(value, tuple) else str(value)


def require_setting(key: str) -> Setting:
    """Return the setting of a key.

    Raises:
        ShopError: there is no such key.
    """
    if key not in SETTINGS:
        raise ShopError(f"There is no setting {key!r}; the keys are: {', '.join(SETTINGS)}, logo.")
    return SETTINGS[key]


def set_setting(connection: sqlite3.Connection, key: str, value: str) -> None:
    """Check and store a setting; call it inside a transaction.

    Raises:
        ShopError: there is no such key.
        SettingRefused: it does not take the value.
    """
    before = read_settings(connection)
    text = require_setting(key).checked(value, before.currency)
    connection.execute(
        "insert into shop_setting values (?, ?) on conflict (key) do update set"
        " value = excluded.value where value <> excluded.value",
        (key, text),
    )
    if key == "currency" and text != before.currency:
        # 25000 đồng are no 25000 cents.
        connection.execute("delete from shop_setting where key = 'delivery_fee'")


def set_settings(
    connection: sqlite3.Connection, values: Mapping[str, str]
) -> dict[str, SettingRefused]:
    """Set all settings that take their values, inside a transaction; return the others' refusals.

    The currency is set first, because amounts are read in it.

    Raises:
        ShopError: there is no such key.
    """
    refusals = {}
    for key in sorted(values, key=lambda key: key != "currency"):
        try:
            set_setting(connection, key, values[key])
        except SettingRefused as refused:
            refusals[key] = refused
    return refusals
