"""Checks of a buyer's fields, alike for pages and API."""

from __future__ import annotations

import re
from typing import Final

from bookrec.shop.selling.orders import CASH, DELIVERY, PICKUP, TRANSFER, Buyer
from bookrec.shop.selling.shop_settings import ShopSettings, is_email

MOST_NAME: Final = 100
MOST_ADDRESS: Final = 300
MOST_NOTE: Final = 500
_PHONE: Final = re.compile(r"\+?[0-9]{8,15}")
_MARKS: Final = re.compile(r"[\s().\-]")


def buyer_problems(buyer: Buyer, settings: ShopSettings) -> dict[str, str]:
    """Return a message key for each field that cannot stand; {} when all is well.

    Keys are ``name_missing``, ``contact_missing``, ``phone_invalid``, ``email_invalid``,
    ``delivery_invalid``, ``address_missing``, ``payment_invalid``, ``too_long``.
    """
    problems: dict[str, str] = {}
    if not buyer.name:
        problems["name"] = "name_missing"
    if not buyer.phone and not buyer.email:
        problems["phone"] = "contact_missing"
    if buyer.phone and not _PHONE.fullmatch(_MARKS.sub("", buyer.phone)):
        problems["phone"] = "phone_invalid"
    if buyer.email and not is_email(buyer.email):
        problems["email"] = "email_invalid"
    allowed = {PICKUP, DELIVERY} if settings.delivery else {PICKUP}
    if buyer.delivery not in allowed:
        problems["delivery"] = "delivery_invalid"
    elif buyer.delivery == DELIVERY and not buyer.address:
        problems["address"] = "address_missing"
    if buyer.payment not in ({CASH, TRANSFER} if settings.takes_transfers else {CASH}):
        problems["payment"] = "payment_invalid"
    for name, text, most in (
        ("name", buyer.name, MOST_NAME),
        ("address", buyer.address, MOST_ADDRESS),
        ("note", buyer.note, MOST_NOTE),
    ):
        if len(text) > most:
            problems[name] = "too_long"
    return problems


def clean_text(text: str) -> str:
    """Return a typed line without control characters and outer white space."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
