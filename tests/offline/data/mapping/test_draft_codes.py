"""Codes of a shop that look like ISBNs: told by their check digits, or asked about."""

from __future__ import annotations

from pathlib import Path

import pytest

from bookrec.isbn import is_isbn10, isbn10_check_digit, to_isbn13
from bookrec.offline.data.import_data import ImportOptions, read_data
from bookrec.offline.data.mapping.draft_codes import id_column, judge
from bookrec.offline.data.read_source import Undecided
from raw_tables import source_table

CODES = [str(n) for n in range(306406143, 306406173)]
"""Thirty codes of nine digits; some are ISBNs without their zero by chance."""
BY_CHANCE = [code for code in CODES if is_isbn10("0" + code)]
ISBNS = [f"0{n}{isbn10_check_digit(f'0{n}')}" for n in range(14143951, 14143971)]


def shop(directory: Path, ids: list[str], header: str = "Mã sách") -> Path:
    """A list of books with these ids, and an order of each."""
    directory.mkdir(exist_ok=True)
    books = [
        f"{header};Tên sách;Tác giả",
        *(f"{n};Truyện số {at};Ai đó {at}" for at, n in enumerate(ids)),
    ]
    orders = [
        f"Số HĐ;Mã khách;{header};SL",
        *(f"H{at};K{at % 3};{n};1" for at, n in enumerate(ids)),
    ]
    (directory / "sach.csv").write_text("\n".join(books) + "\n", encoding="utf-8")
    (directory / "don.csv").write_text("\n".join(orders) + "\n", encoding="utf-8")
    return directory


def test_codes_with_check_digits_by_chance_stay_codes(tmp_path):
    assert 1 < len(BY_CHANCE) < 5
    result = read_data(shop(tmp_path, CODES))
    assert len(result.dataset.interactions) == len(result.dataset.books) == 30
    expected = {f"code:{code}" if code in BY_CHANCE else code for code in CODES}
    assert set(result.dataset.books["isbn"]) == expected
    assert '"Mã sách" = "code"' in result.dataset.mapping
    assert any("as by chance: codes of the shop" in line for line in result.lines)


def test_a_code_and_the_isbn_that_it_looks_like_are_two_books(tmp_path):
    code = BY_CHANCE[0]
    result = read_data(shop(tmp_path, [*CODES, to_isbn13("0" + code)]))
    assert {f"code:{code}", "0" + code} <= set(result.dataset.books["isbn"])
    assert len(result.dataset.books) == 31


def test_isbns_without_their_zeros_get_them_back(tmp_path):
    result = read_data(shop(tmp_path, [isbn.lstrip("0") for isbn in ISBNS]))
    assert set(result.dataset.books["isbn"]) == set(ISBNS)


@pytest.mark.parametrize(
    "ids",
    [
        [*CODES[:12], *(isbn.lstrip("0") for isbn in ISBNS[:12])],  # both kinds without a mark
        [*CODES, *ISBNS],  # ISBNs of ten digits beside codes of nine
        [BY_CHANCE[0], next(code for code in CODES if code not in BY_CHANCE)],
    ],
)
def test_mixed_evidence_is_asked_about_and_either_answer_imports(tmp_path, ids):
    source = shop(tmp_path / "shop", ids)
    with pytest.raises(Undecided, match=r"column 'Mã sách' of don.csv is still") as undecided:
        read_data(source)
    assert 'write "code" if they are codes of the shop' in "\n".join(undecided.value.lines)
    for field in ("code", "book_id"):
        mapping = tmp_path / f"{field}.toml"
        answered = undecided.value.draft.replace('"Mã sách" = "?"', f'"Mã sách" = "{field}"')
        mapping.write_text(answered, encoding="utf-8")
        books = read_data(source, ImportOptions(mapping=mapping)).dataset.books["isbn"]
        assert len(books) == len(ids)
        assert any(isbn.startswith("code:") for isbn in books) == (field == "code")


def test_barcodes_and_codes_with_text_around_are_no_isbns(tmp_path):
    barcodes = [f"89345678901{n:02}" for n in range(20)]
    upcs = [f"0123456789{n:02}" for n in range(20)]
    named = [f"KD {n}" for n in range(1234567000, 1234567030)]
    books = read_data(shop(tmp_path, [*barcodes, *upcs, *named])).dataset.books["isbn"]
    assert len(books) == 70
    assert {isbn.removeprefix("code:").upper() for isbn in books} == {*barcodes, *upcs, *named}


def test_a_short_table_is_judged_with_the_one_that_shares_its_ids():
    books = source_table("book_id title", *((code, "T") for code in CODES))
    orders = source_table("book_id user", (BY_CHANCE[0], "4"))
    columns = [id_column(books, 0, 0), id_column(orders, 1, 0)]
    assert [judge(column, columns).field for column in columns] == ["code", "code"]
    assert judge(columns[1], columns[1:]).field == "book_id"


def test_codes_keep_their_zeros_across_files(tmp_path):
    directory = shop(tmp_path, CODES)
    (directory / "sach.csv").write_text(
        (directory / "sach.csv").read_text().replace("\n3064", "\n03064"), encoding="utf-8"
    )
    result = read_data(directory)
    assert len(result.dataset.interactions) == len(result.dataset.books) == 30


def test_a_column_of_isbns_has_stray_damaged_ones(tmp_path):
    many = [f"{n}{isbn10_check_digit(str(n))}" for n in range(814143951, 814144151)]
    assert len(read_data(shop(tmp_path / "mã", [*many, *CODES[:9]])).dataset.books) == 209
    mixed = [BY_CHANCE[0], next(code for code in CODES if code not in BY_CHANCE)]
    assert len(read_data(shop(tmp_path / "isbn", mixed, header="ISBN")).dataset.books) == 2
