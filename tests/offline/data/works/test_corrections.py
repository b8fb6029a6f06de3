"""The operator's corrections of works, on real files."""

from __future__ import annotations

from pathlib import Path

import pytest

from bookrec.errors import DataError
from bookrec.offline.data.works.corrections import correct_works, read_corrections

A, B, C, D = "0141439580", "0141439556", "014143984X", "0441172717"
HEADER = "isbn,relation,other_isbn\n"


def write(directory: Path, text: str) -> Path:
    path = directory / "works.csv"
    path.write_text(text, encoding="utf-8")
    return path


def corrected(directory: Path, text: str, works: list[int]) -> list[int]:
    lines = read_corrections(write(directory, HEADER + text))
    return correct_works([A, B, C, D], works, lines).works


def test_an_absent_file_corrects_nothing(tmp_path: Path):
    assert read_corrections(tmp_path / "works.csv") == []


def test_same_joins_whole_works(tmp_path: Path):
    assert corrected(tmp_path, f"{A},same,{C}\n", [0, 0, 1, 1]) == [0, 0, 0, 0]
    assert corrected(tmp_path, f"{B},same,{D}\n", [0, 1, 2, 3]) == [0, 1, 2, 1]


def test_different_takes_the_first_book_out(tmp_path: Path):
    assert corrected(tmp_path, f"{B},different,{A}\n", [0, 0, 0, 1]) == [0, 1, 0, 2]
    assert corrected(tmp_path, f"{B},different,{D}\n", [0, 0, 0, 1]) == [0, 0, 0, 1]


def test_books_taken_out_stay_together_if_a_line_says_so(tmp_path: Path):
    text = f"{B},different,{A}\n{C},different,{A}\n{B},same,{C}\n"
    assert corrected(tmp_path, text, [0, 0, 0, 0]) == [0, 1, 1, 0]


def test_unknown_isbns_are_named_and_comments_skipped(tmp_path: Path):
    text = f"# by hand\n\n{A},SAME,978-0-441-17271-9\n{A},same,0553256564\n"
    lines = read_corrections(write(tmp_path, "\ufeff" + HEADER + text))
    assert [line.line for line in lines] == [4, 5]
    result = correct_works([A, B, C, D], [0, 1, 2, 3], lines)
    assert result.works == [0, 1, 2, 0]
    assert (result.n_applied, result.unknown_isbns) == (1, ("0553256564",))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("isbn,other\n", r"works\.csv, line 1: the first line must be 'isbn,relation,other_isbn'"),
        ("", r"line 1: the first line must be"),
        (HEADER + f"{A},sme,{B}\n", r"line 2, relation: 'sme' is unknown; write 'same' or"),
        (HEADER + f"\n{A},same\n", r"line 3: 2 fields instead of 3"),
        (HEADER + f"{A},same,????\n", r"line 2, other_isbn: '\?\?\?\?' is no ISBN"),
        (HEADER + f"{A},same,{A}\n", r"line 2: both ISBNs are 0141439580; name two"),
    ],
)
def test_a_wrong_line_is_a_sentence(tmp_path: Path, text: str, message: str):
    with pytest.raises(DataError, match=message):
        read_corrections(write(tmp_path, text))


def test_a_file_of_another_encoding_is_a_sentence(tmp_path: Path):
    path = tmp_path / "works.csv"
    path.write_bytes("isbn,relation,other_isbn\n# Führer".encode("latin-1"))
    with pytest.raises(DataError, match=r"works\.csv cannot be read .* in UTF-8"):
        read_corrections(path)


def test_lines_that_contradict_each_other_are_a_sentence(tmp_path: Path):
    text = f"{A},same,{B}\n{B},same,{C}\n{A},different,{C}\n"
    with pytest.raises(DataError, match=r"Line 4 of the corrections .* remove one of these lines"):
        corrected(tmp_path, text, [0, 1, 2, 3])
