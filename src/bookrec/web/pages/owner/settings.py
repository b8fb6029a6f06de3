"""The owner's page of settings: the same checks as ``bookrec shop settings``."""

from __future__ import annotations

import sqlite3
from typing import Final

from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from bookrec.errors import ShopError
from bookrec.shop.selling.banks import bank_name
from bookrec.shop.selling.currencies import MINOR_DIGITS, major_units
from bookrec.shop.selling.logo import MOST_BYTES, Logo, parse_logo, store_logo
from bookrec.shop.selling.shop_settings import (
    SETTINGS,
    STOCK_RULES,
    SettingRefused,
    ShopSettings,
    set_settings,
    setting_text,
)
from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.pages.account import text
from bookrec.web.pages.owner.contexts import Field, FieldGroup, SettingsPage
from bookrec.web.request.page_request import PageRequest

PATH: Final = "/owner/settings"
_ROOM_FOR_A_FORM: Final = 30_000
_GROUPS: Final = {
    "shop": ("name", "tagline", "welcome", "intro", "about"),
    "contact": ("address", "phone", "email"),
    "money": ("currency", "bank", "bank_account", "bank_holder", "delivery", "delivery_fee"),
    "looks": ("accent", "accent_dark"),
}
"""Name of a group of fields → its keys; a key of no group is in ``site``."""
_KINDS: Final = {"about": "long", "email": "email", "accent": "colour", "accent_dark": "colour"}


class _NothingStored(Exception):
    """Some fields are not taken, so none is stored."""

    def __init__(self, refusals: dict[str, SettingRefused]) -> None:
        self.refusals = refusals


@get(PATH, opt={"operator": True})
async def settings_page(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Show the form of all settings, filled in."""
    return _page(page_request, {}, {})


@post(PATH, opt={"operator": True}, request_max_body_size=MOST_BYTES + _ROOM_FOR_A_FORM)
async def change_settings(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Store all fields of the form, or none and say which are not taken."""
    form = await page_request.request.form()
    values = {key: text(form, key) for key in SETTINGS if key in form}
    upload = form.get("logo")
    content = await upload.read() if isinstance(upload, UploadFile) else b""
    remove = bool(text(form, "remove_logo"))
    try:
        logo = parse_logo(content, "the file") if content else None
    except ShopError:
        error = "logo_large" if len(content) > MOST_BYTES else "logo_invalid"
        return _page(page_request, values, {}, error)

    def store(connection: sqlite3.Connection) -> None:
        _store(connection, values, logo, remove=remove)

    try:
        await page_request.site.database.work(store)
    except _NothingStored as nothing:
        return _page(page_request, values, nothing.refusals)
    return page_request.redirect(PATH, "settings_saved")


def _store(
    connection: sqlite3.Connection, values: dict[str, str], logo: Logo | None, *, remove: bool
) -> None:
    if refusals := set_settings(connection, values):
        raise _NothingStored(refusals)
    if logo is not None or remove:
        store_logo(connection, logo)


def _page(
    page_request: PageRequest,
    typed: dict[str, str],
    refusals: dict[str, SettingRefused],
    logo_error: str = "",
) -> AnyResponse:
    front = page_request.front
    grouped = [key for keys in _GROUPS.values() for key in keys]
    groups = {**_GROUPS, "site": tuple(key for key in SETTINGS if key not in grouped)}
    page = SettingsPage(
        groups=[
            FieldGroup(
                name,
                [_field(key, front.settings, typed, refused=key in refusals) for key in keys],
            )
            for name, keys in groups.items()
        ],
        logo=front.logo is not None,
        logo_error=logo_error,
        refused=len(refusals) + bool(logo_error),
    )
    status = 400 if refusals or logo_error else 200
    return page_request.page("owner/settings.html", page, status=status, path=PATH)


def _field(key: str, settings: ShopSettings, typed: dict[str, str], *, refused: bool) -> Field:
    value = typed.get(key, _value(key, settings))
    choices = {
        "currency": list(MINOR_DIGITS),
        "delivery": ["yes", "no"],
        "stock_rule": ["", *STOCK_RULES],
    }.get(key, [])
    return Field(key, value, "choice" if choices else _KINDS.get(key, "text"), choices, refused)


def _value(key: str, settings: ShopSettings) -> str:
    if key == "delivery_fee":
        return str(major_units(settings.delivery_fee, settings.currency))
    if key == "bank":
        return bank_name(settings.bank)
    return setting_text(settings, key)


HANDLERS: Final[list[ControllerRouterHandler]] = [settings_page, change_settings]
