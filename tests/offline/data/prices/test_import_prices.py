"""Prices and stock of real files: headers, marks, currencies, spellings, rejections, repetitions."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from bookrec.errors import DataError
from bookrec.offline.data.prices.import_prices import import_prices
from bookrec.settings import Home
from bookrec.shop.selling.offers import Offer
from selling import in_shop, settings
from small_snapshot import build_snapshot

EMMA, DUNE, PERSUASION, SHINING = "0141439580", "0441172717", "014143984X", "0345806786"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("prices")
    build_snapshot(Home(root))
    return root / "precomputed"


@pytest.fixture
def home(tmp_path: Path, published: Path) -> Home:
    (tmp_path / "precomputed").symlink_to(published)
    return Home(tmp_path)


def write(home: Home, text: str, name: str = "prices.csv") -> Path:
    path = home.root / name
    path.write_text(text, encoding="utf-8")
    return path


def offers(home: Home) -> dict[str, tuple[int | None, int | None]]:
    def read(connection: sqlite3.Connection) -> list[Offer]:
        rows = connection.execute("select isbn, price, currency, stock from offer")
        return [Offer(*row) for row in rows]

    return {offer.isbn: (offer.price, offer.stock) for offer in in_shop(home, read)}


VIETNAMESE = f"""Mã sách;Tên sách;Giá bán;Tồn kho
{EMMA};Emma;85.000;3
0-441-17271-7;Dune;120.000 đ;0
978-0-14-143984-6;Persuasion;99.500;7
{SHINING};The Shining;Liên hệ;2
1999999999;Một cuốn lạ;45.000;-2
0140449337;Meditations;85;1
;;10.000;1
{EMMA};Emma;86.000;
"""


def test_a_vietnamese_price_list(home: Home) -> None:
    result = import_prices(home, [write(home, VIETNAMESE)])
    assert offers(home) == {
        EMMA: (86_000, None),
        DUNE: (120_000, 0),
        PERSUASION: (99_500, 7),
        "1999999999": (45_000, 0),
    }
    read = result.read
    assert read.rows_read == 8
    assert read.unknown == ["1999999999"]
    assert read.rejected == {"price_unreadable": 1, "price_too_small": 1, "no_usable_id": 1}
    assert read.repaired == {"negative_stock_is_0": 1, "listed_twice": 1}
    assert read.examples["price_unreadable"] == [f"prices.csv, line 5: {SHINING} Liên hệ 2"]
    assert (result.changes.added, result.changes.changed, result.changes.unchanged) == (4, 0, 0)


def test_the_same_file_twice_changes_nothing_and_another_only_what_it_states(home: Home) -> None:
    path = write(home, VIETNAMESE)
    import_prices(home, [path])
    before = offers(home)
    changes = import_prices(home, [path]).changes
    assert (changes.added, changes.changed, changes.unchanged) == (0, 0, 4)
    result = import_prices(home, [write(home, f"isbn,stock\n{DUNE},12\n{PERSUASION},7\n")])
    assert (result.changes.added, result.changes.changed, result.changes.unchanged) == (0, 1, 1)
    assert result.changes.examples == [
        (Offer(DUNE, 120_000, "VND", 0), Offer(DUNE, 120_000, "VND", 12))
    ]
    assert offers(home) == before | {DUNE: (120_000, 12)}


def test_a_dry_run_stores_nothing(home: Home) -> None:
    assert import_prices(home, [write(home, VIETNAMESE)], dry_run=True).changes.added == 4
    assert offers(home) == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"ISBN,Price,Stock\n{EMMA},12.50,4\n{DUNE},$8.99,1\n", {EMMA: 1_250, DUNE: 899}),
        (f'isbn;price\n{EMMA};"1.250,00"\n{DUNE};7,5\n', {EMMA: 125_000, DUNE: 750}),
        (
            f"isbn,price,currency\n{EMMA},12.50,USD\n{DUNE},85.000,VND\n",
            {EMMA: 1_250},
        ),
    ],
    ids=["points", "commas", "a column of currencies"],
)
def test_dollars(home: Home, text: str, expected: dict[str, int]) -> None:
    settings(home, currency="USD")
    import_prices(home, [write(home, text)])
    assert {isbn: price for isbn, (price, _) in offers(home).items()} == expected


def test_dollars_that_can_be_read_in_two_ways_are_asked_about(home: Home) -> None:
    settings(home, currency="USD")
    path = write(home, f"isbn,price\n{EMMA},1.250\n{DUNE},2.399\n")
    with pytest.raises(DataError, match="--decimal point or --decimal comma"):
        import_prices(home, [path])
    import_prices(home, [path], decimal=",")
    assert {price for price, _ in offers(home).values()} == {125_000, 239_900}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("isbn,title\n0141439580,Emma\n", "no table with a column of book ids"),
        ("isbn,price\n0141439580,soon\n", "no row of 1 gives a price or stock in VND"),
        ("isbn,price\n0141439580,$12.50\n", "settings set currency"),
        ("isbn,price\n1999999999,50000\n1888888889,60000\n", "has none of the 2 books"),
        ("isbn,price\n", "Nothing was changed|header|no rows"),
    ],
)
def test_files_that_give_nothing_change_nothing(home: Home, text: str, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        import_prices(home, [write(home, text)])
    assert offers(home) == {}


def test_ids_are_told_by_the_catalogue_where_no_header_says_so(home: Home) -> None:
    import_prices(home, [write(home, f"XYZ,Giá bán\n{EMMA},85000\n{DUNE},90000\n")])
    assert offers(home) == {EMMA: (85_000, None), DUNE: (90_000, None)}


def test_orders_are_no_price_list(home: Home) -> None:
    text = f"Mã đơn,Khách hàng,Mã sách,SL,Đơn giá\nD1,K1,{EMMA},2,85000\nD2,K2,{DUNE},1,90000\n"
    with pytest.raises(DataError, match="no table with a column of book ids"):
        import_prices(home, [write(home, text)])
