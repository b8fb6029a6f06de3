"""Exported sample files: both layouts, every kind of noise, and nothing half-written."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from bookrec.errors import DataError
from bookrec.isbn import is_isbn10, is_isbn13
from bookrec.offline.data.import_data import read_data
from bookrec.offline.data.sample import export as sample_export
from bookrec.offline.data.sample.books import load_catalogue
from bookrec.offline.data.sample.export import write_sample

N_READERS = 600
N_INTERACTIONS = 9_000

Rows = list[list[str]]


@pytest.fixture(scope="module")
def sample_2020s(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("samples") / "modern"
    write_sample(directory, n_readers=N_READERS, n_interactions=N_INTERACTIONS, seed=3)
    return directory


@pytest.fixture(scope="module")
def sample_2005(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("samples") / "old"
    write_sample(
        directory, n_readers=N_READERS, n_interactions=N_INTERACTIONS, seed=3, layout="2005"
    )
    return directory


def _read_2020s(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, strict=True))


def _read_2005(path: Path) -> Rows:
    """Cells as written between quotes, escapes undone; a bare NULL stays ``NULL``."""
    cell = re.compile(r'"((?:[^"\\]|\\.)*)"|(NULL)')
    rows = []
    for line in path.read_bytes().decode("latin-1").splitlines():
        matches = list(cell.finditer(line))
        assert ";".join(match[0] for match in matches) == line
        rows.append([re.sub(r"\\(.)", r"\1", match[1] or match[2] or "") for match in matches])
    return rows


@pytest.fixture(scope="module")
def users(sample_2020s: Path) -> Rows:
    return _read_2020s(sample_2020s / "Users.csv")[1:]


@pytest.fixture(scope="module")
def books(sample_2020s: Path) -> Rows:
    return _read_2020s(sample_2020s / "Books.csv")[1:]


@pytest.fixture(scope="module")
def ratings(sample_2020s: Path) -> Rows:
    return _read_2020s(sample_2020s / "Ratings.csv")[1:]


def test_columns_of_the_2020s(sample_2020s: Path):
    heads = {path.name: _read_2020s(path)[0] for path in sample_2020s.glob("*.csv")}
    assert heads == {
        "Users.csv": ["User-ID", "Location", "Age"],
        "Books.csv": [
            "ISBN",
            "Book-Title",
            "Book-Author",
            "Year-Of-Publication",
            "Publisher",
            "Image-URL-M",
            "Category",
            "Language",
            "Description",
        ],
        "Ratings.csv": ["User-ID", "ISBN", "Book-Rating"],
    }


def test_columns_of_2005(sample_2005: Path):
    heads = {path.name: _read_2005(path)[0] for path in sample_2005.glob("*.csv")}
    assert heads == {
        "BX-Users.csv": ["User-ID", "Location", "Age"],
        "BX-Books.csv": [
            "ISBN",
            "Book-Title",
            "Book-Author",
            "Year-Of-Publication",
            "Publisher",
            "Image-URL-S",
            "Image-URL-M",
            "Image-URL-L",
        ],
        "BX-Book-Ratings.csv": ["User-ID", "ISBN", "Book-Rating"],
    }


def test_both_layouts_hold_the_same(sample_2020s: Path, sample_2005: Path):
    modern, old = _read_2020s(sample_2020s / "Ratings.csv"), sample_2005 / "BX-Book-Ratings.csv"
    assert _read_2005(old) == modern
    users = _read_2020s(sample_2020s / "Users.csv")[1:]
    expected = [[user, age.removesuffix(".0") or "NULL"] for user, _, age in users]
    assert [[row[0], row[2]] for row in _read_2005(sample_2005 / "BX-Users.csv")[1:]] == expected


def test_sizes(users: Rows, books: Rows, ratings: Rows):
    assert len(users) == N_READERS
    assert len(books) == len(load_catalogue().books)
    assert N_INTERACTIONS < len(ratings) < 1.1 * N_INTERACTIONS


def _share(rows: Rows, holds: Callable[[list[str]], bool]) -> float:
    return sum(map(holds, rows)) / len(rows)


IMPOSSIBLE_AGES = {"0.0", "244.0"}
LOCATION = re.compile(r"[^,]+, [^,]+, [^,]+")


@pytest.mark.parametrize(
    ("holds", "highest_share"),
    [
        (lambda row: row[1][-1:] == "x" and is_isbn10(row[1].upper()), 0.02),
        (lambda row: is_isbn13(row[1]), 0.02),
        (lambda row: row[1].endswith(">>2") and row[1].startswith("69"), 0.01),
        (lambda row: row[1] == "0553248987>>2", 0.001),
        (lambda row: row[1] == "2221????????", 0.001),
        (lambda row: row[1] == "ASSORT00626", 0.001),
    ],
    ids=["lower-case x", "ISBN-13", "junk tail", "junk 1", "junk 2", "junk 3"],
)
def test_noise_in_ratings(ratings: Rows, holds: Callable[[list[str]], bool], highest_share: float):
    assert 0 < _share(ratings, holds) < highest_share


def test_exactly_one_rating_is_11(ratings: Rows):
    assert Counter(row[2] for row in ratings)["11"] == 1
    assert {row[2] for row in ratings} == {str(rating) for rating in range(12)}


def test_some_ratings_name_books_that_are_not_there(books: Rows, ratings: Rows):
    known = {row[0].upper() for row in books}
    assert 0 < _share(ratings, lambda row: is_isbn10(row[1]) and row[1] not in known) < 0.05


def test_some_ratings_are_repeated_and_some_of_these_disagree(ratings: Rows):
    ratings_of: dict[tuple[str, str], list[str]] = {}
    for user, isbn, rating in ratings:
        ratings_of.setdefault((user, isbn), []).append(rating)
    repeated = [given for given in ratings_of.values() if len(given) > 1]
    assert any(len(set(given)) == 1 for given in repeated)
    assert any("0" in given and len(set(given)) > 1 for given in repeated)
    assert len(repeated) < 0.03 * N_INTERACTIONS


@pytest.mark.parametrize(
    ("holds", "highest_share"),
    [
        (lambda row: row[2] == "", 0.4),
        (lambda row: row[2] == "0.0", 0.02),
        (lambda row: row[2] == "244.0", 0.02),
        (lambda row: ", n/a, " in row[1], 0.1),
        (lambda row: "&#304;zmir" in row[1], 0.01),
        (lambda row: '\\n/a\\"' in row[1], 0.02),
    ],
    ids=["age missing", "age 0", "age 244", "n/a", "entity", "broken quoting"],
)
def test_noise_in_users(users: Rows, holds: Callable[[list[str]], bool], highest_share: float):
    assert 0 < _share(users, holds) < highest_share


def test_most_users_are_clean(users: Rows):
    clean = [row for row in users if LOCATION.fullmatch(row[1]) and row[2] not in IMPOSSIBLE_AGES]
    assert len(clean) > 0.9 * len(users)


@pytest.mark.parametrize(
    ("holds", "highest_share"),
    [
        (lambda row: row[0][-1] == "x", 0.02),
        (lambda row: "&amp;" in row[1], 0.02),
        (lambda row: "&amp;" in row[4], 0.4),
        (lambda row: "Ã" in row[1] + row[2], 0.02),
        (lambda row: row[3] == "0", 0.05),
        (lambda row: row[3] == "2050", 0.01),
        (lambda row: row[2] == "", 0.01),
    ],
    ids=["lower-case x", "&amp; title", "&amp; publisher", "double-encoded", "0", "2050", "author"],
)
def test_noise_in_books(books: Rows, holds: Callable[[list[str]], bool], highest_share: float):
    assert 0 < _share(books, holds) < highest_share


def test_every_kind_of_noise_is_counted_in_the_readme(sample_2020s: Path):
    readme = (sample_2020s / "README.txt").read_text(encoding="utf-8")
    counts = re.findall(r"^ +([\d,]+)  (.+)$", readme.partition("Dirt")[2], re.MULTILINE)
    assert len(counts) == 19
    assert all(int(count.replace(",", "")) > 0 for count, _ in counts)


def test_the_old_layout_is_quoted_and_escaped_as_it_was(sample_2005: Path):
    books = (sample_2005 / "BX-Books.csv").read_bytes()
    users = (sample_2005 / "BX-Users.csv").read_bytes()
    assert books.count(b"\r\n") == books.count(b"\n") == 1 + len(load_catalogue().books)
    assert b'"Of Mice and Men (Sample \\"Essentials\\")";"John Steinbeck"' in books
    assert b'"N&#7895;i bu&#7891;n chi&#7871;n tranh";"B&#7843;o Ninh"' in books
    assert "Brontë".encode("latin-1") in books
    assert b";NULL\n" in users
    assert '"århus, \\\\n/a\\\\\\", denmark\\""'.encode("latin-1") in users


def test_all_files_are_marked_as_sample_data(sample_2020s: Path):
    marker = (sample_2020s / "SAMPLE-DATA.txt").read_text(encoding="utf-8")
    assert "sample data" in marker.splitlines()[0]
    assert "Sample data" in (sample_2020s / "README.txt").read_text(encoding="utf-8")


def test_the_same_arguments_write_the_same_bytes(sample_2020s: Path, tmp_path: Path):
    again, other = tmp_path / "again", tmp_path / "other"
    write_sample(again, n_readers=N_READERS, n_interactions=N_INTERACTIONS, seed=3)
    write_sample(other, n_readers=N_READERS, n_interactions=N_INTERACTIONS, seed=4)
    names = sorted(path.name for path in sample_2020s.iterdir())
    assert names == sorted(path.name for path in again.iterdir())
    for name in names:
        assert (again / name).read_bytes() == (sample_2020s / name).read_bytes()
    assert (other / "Ratings.csv").read_bytes() != (sample_2020s / "Ratings.csv").read_bytes()


def test_an_occupied_directory_is_refused_and_untouched(tmp_path: Path):
    (tmp_path / "precious.txt").write_text("mine")
    with pytest.raises(DataError, match="is not empty"):
        write_sample(tmp_path, n_readers=10)
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]


def test_a_file_is_refused(tmp_path: Path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(DataError, match="is a file"):
        write_sample(tmp_path / "file", n_readers=10)


def test_an_empty_directory_is_taken(tmp_path: Path):
    target = tmp_path / "empty"
    target.mkdir()
    rows = write_sample(target, n_readers=10, n_books=50)
    assert rows["Users.csv"] == 10
    assert len(_read_2020s(target / "Books.csv")) == 51


def test_a_failure_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object) -> str:
        raise OSError("the disk is full")

    monkeypatch.setattr(sample_export, "_readme", fail)
    with pytest.raises(OSError, match="disk is full"):
        write_sample(tmp_path / "new", n_readers=10)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("layout", ["2020s", "2005"])
def test_an_import_finds_exactly_the_clean_interactions(
    layout: sample_export.Layout, tmp_path: Path
):
    write_sample(tmp_path / "raw", n_readers=200, n_interactions=3_000, seed=5, layout=layout)
    dataset = read_data(tmp_path / "raw").dataset
    catalogue = load_catalogue()
    assert len(dataset.readers) == 200
    assert len(dataset.interactions) == 3_000
    assert dataset.books["isbn"].tolist() == [book.isbn for book in catalogue.books]
    assert dataset.books["work_id"].nunique() == len(catalogue.works)
    authored = dataset.books["author"] != ""
    assert (~authored).sum() == 2
    titles = [book.title for book in catalogue.books]
    assert dataset.books["title"].tolist() == titles
    authors = [book.author for book, has in zip(catalogue.books, authored, strict=True) if has]
    assert dataset.books["author"][authored].tolist() == authors
    assert dataset.manifest["sample"] is True
