"""Settings of the shop: what they take, what they refuse, and the version that grows with them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bookrec.errors import ShopError
from bookrec.shop.connections import opened
from bookrec.shop.selling.offers import StatedOffer, store_offers
from bookrec.shop.selling.shop_settings import ShopSettings, read_settings, set_setting


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with opened(tmp_path / "shop.sqlite") as connection:
        yield connection


def version(shop: sqlite3.Connection) -> int:
    return int(shop.execute("select version from shop_version").fetchone()[0])


def test_defaults(shop: sqlite3.Connection) -> None:
    assert read_settings(shop) == ShopSettings()


@pytest.mark.parametrize(
    ("key", "value", "stored"),
    [
        ("name", "  Hiệu sách  Cây Bàng ", "Hiệu sách Cây Bàng"),
        ("name", "", "bookrec"),
        ("currency", "usd", "USD"),
        ("bank", "vcb", "970436"),
        ("bank", "970405", "970405"),
        ("bank_account", "0071 000-123456", "0071000123456"),
        ("delivery", "No", False),
        ("delivery_fee", "25.000 đ", 25_000),
        ("languages", "vi", ("vi",)),
        ("languages", "vi, en", ("vi", "en")),
        ("languages", "EN de", ("en", "de")),
        ("languages", "", ()),
        ("stock_rule", "Only in stock", "only in stock"),
        ("accent", "#1C5A47", "#1c5a47"),
        ("accent_dark", "#8fceb4", "#8fceb4"),
    ],
)
def test_good_values(shop: sqlite3.Connection, key: str, value: str, stored: object) -> None:
    set_setting(shop, key, value)
    assert getattr(read_settings(shop), key) == stored


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("colour", "red", "no setting 'colour'"),
        ("name", "x" * 201, "one line of at most 200"),
        ("email", "nobody", "an address such as"),
        ("currency", "EUR", "VND, USD"),
        ("bank", "my bank", "6 digits"),
        ("delivery_fee", "2.5", "an amount in VND"),
        ("languages", "fr", "of: en, de, vi"),
        ("accent", "#9fd8c0", "contrast 1.4.*darker"),
        ("accent_dark", "#1c5a47", "lighter"),
        ("accent", "green", "a colour such as"),
    ],
)
def test_refused_values(shop: sqlite3.Connection, key: str, value: str, sentence: str) -> None:
    with pytest.raises(ShopError, match=sentence):
        set_setting(shop, key, value)
    assert read_settings(shop) == ShopSettings()


def test_another_currency_forgets_the_fee(shop: sqlite3.Connection) -> None:
    set_setting(shop, "delivery_fee", "25000")
    set_setting(shop, "currency", "USD")
    assert read_settings(shop).delivery_fee == 0
    set_setting(shop, "delivery_fee", "2.50")
    assert read_settings(shop).delivery_fee == 250


def test_the_version_grows_with_changes_only(shop: sqlite3.Connection) -> None:
    start = version(shop)
    set_setting(shop, "name", "A")
    set_setting(shop, "name", "A")
    assert version(shop) == start + 1
    store_offers(shop, [StatedOffer("A", 5, 1)], "VND")
    store_offers(shop, [StatedOffer("A", None, 1), StatedOffer("A", 5, None)], "VND")
    assert version(shop) == start + 2
    store_offers(shop, [StatedOffer("A", None, 0)], "VND")
    assert version(shop) == start + 3
