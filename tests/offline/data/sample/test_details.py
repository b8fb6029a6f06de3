"""Details of the sample books: every book has them, in its language, marked as made up."""

from __future__ import annotations

from pathlib import Path

from bookrec.offline.data.import_data import read_data
from bookrec.offline.data.sample.books import load_catalogue
from bookrec.offline.data.sample.details import MARKS, sample_details
from bookrec.offline.data.sample.export import write_sample

CATALOGUE = load_catalogue()
DETAILS = sample_details(CATALOGUE)
BY_TITLE = {book.title: details for book, details in zip(CATALOGUE.books, DETAILS, strict=True)}


def test_categories_are_the_main_sub_genres():
    assert {details.category for details in DETAILS} == {s.label for s in CATALOGUE.subgenres}
    assert BY_TITLE["Dracula"].category == BY_TITLE["Dracula (Sample Classics)"].category
    assert BY_TITLE["Neuromancer"].category == "Cyberpunk and strange futures"


def test_books_are_described_in_their_language():
    languages = {
        "Số đỏ": "vi",
        "Truyện Kiều (The Tale of Kiều)": "vi",
        "The Sympathizer": "en",  # by an author with a Vietnamese name, on the same shelf
        "Les Misérables": "en",
    }
    assert {title: BY_TITLE[title].language for title in languages} == languages
    assert "Ra mắt lần đầu năm 1936." in BY_TITLE["Số đỏ"].description
    assert "First published in 1897." in BY_TITLE["Dracula"].description
    assert "Written about 700 BC." in BY_TITLE["The Odyssey"].description


def test_every_description_says_that_it_is_made_up():
    assert all(details.description.endswith(MARKS[details.language]) for details in DETAILS)
    assert max(len(details.description) for details in DETAILS) < 200


def test_an_import_keeps_them(tmp_path: Path):
    write_sample(tmp_path / "raw", n_readers=30, n_books=60, n_interactions=300, seed=2)
    dataset = read_data(tmp_path / "raw").dataset
    assert dataset.details is not None
    rows = dataset.details.set_index("isbn")
    chosen = CATALOGUE.best_known(60)
    for book, details in zip(chosen.books, sample_details(chosen), strict=True):
        row = rows.loc[book.isbn]
        assert [row["category"], row["language"], row["description"]] == [
            details.category,
            details.language,
            details.description,
        ]
