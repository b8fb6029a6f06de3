"""The embedded catalogue: facts that hold together, valid ISBNs, groups that are useful."""

from __future__ import annotations

import unicodedata
from collections import Counter

import pytest

from bookrec.errors import DataError
from bookrec.isbn import is_isbn10
from bookrec.offline.data.sample.books import (
    SampleWork,
    genres_by_isbn,
    load_catalogue,
    sample_isbn,
    subgenres_by_isbn,
)
from bookrec.offline.data.works.grouping import group_works

CATALOGUE = load_catalogue()
WORK_BY_TITLE = {work.title: work for work in CATALOGUE.works}


def test_it_has_well_over_600_works_and_some_second_editions():
    editions = Counter(book.edition for book in CATALOGUE.books)
    assert len(CATALOGUE.works) == editions[1] > 900
    assert 80 < editions[2] < 200


@pytest.mark.parametrize(
    ("title", "author", "year", "main"),
    [
        ("Dracula", "Bram Stoker", 1897, "gothic"),
        ("Pride and Prejudice", "Jane Austen", 1813, "english-19c"),
        ("The Odyssey", "Homer", -700, "poetry"),
        ("Truyện Kiều", "Nguyễn Du", 1820, "vietnamese-classics"),
        ("Dế Mèn phiêu lưu ký", "Tô Hoài", 1941, "vietnamese-classics"),
        ("Nỗi buồn chiến tranh", "Bảo Ninh", 1990, "vietnamese-modern"),
        ("Neuromancer", "William Gibson", 1984, "cyberpunk"),
        ("Roseanna", "Maj Sjöwall and Per Wahlöö", 1965, "nordic-noir"),
    ],
)
def test_known_works_stand_as_they_are_known(title: str, author: str, year: int, main: str):
    work = WORK_BY_TITLE[title]
    assert (work.author, work.year, work.subgenres[0]) == (author, year, main)


def test_no_two_works_are_one():
    numbers = group_works((work.title, work.author) for work in CATALOGUE.works)
    assert numbers == list(range(len(CATALOGUE.works)))


def test_both_editions_of_a_work_are_grouped():
    numbers = group_works((book.title, book.author) for book in CATALOGUE.books)
    number_of_work = dict(zip((book.work_idx for book in CATALOGUE.books), numbers, strict=True))
    assert [number_of_work[book.work_idx] for book in CATALOGUE.books] == numbers
    assert len(set(numbers)) == len(CATALOGUE.works)


def test_years_are_plausible():
    assert [work for work in CATALOGUE.works if not -800 <= work.year <= 2024] == []
    for book in CATALOGUE.books:
        work = CATALOGUE.works[book.work_idx]
        assert book.year == work.year if book.edition == 1 else work.year < book.year <= 2024


def _is_tidy(work: SampleWork) -> bool:
    texts = (work.title, work.author)
    return all(
        text and text == " ".join(text.split()) == unicodedata.normalize("NFC", text)
        for text in texts
    )


def test_titles_and_authors_are_tidy():
    assert [work for work in CATALOGUE.works if not _is_tidy(work)] == []


def test_subgenres_exist_are_few_and_do_not_repeat():
    slugs = {subgenre.slug for subgenre in CATALOGUE.subgenres}
    assert len(slugs) == len(CATALOGUE.subgenres) >= 40
    for work in CATALOGUE.works:
        assert set(work.subgenres) <= slugs, work.title
        assert len(set(work.subgenres)) == len(work.subgenres) <= 3, work.title


def test_every_subgenre_is_large_enough_to_recommend_from():
    sizes = Counter(slug for work in CATALOGUE.works for slug in work.subgenres)
    assert min(sizes.values()) >= 15


def test_isbns_are_valid_distinct_and_nobodys():
    isbns = [book.isbn for book in CATALOGUE.books]
    assert all(is_isbn10(isbn) and isbn.startswith("69") for isbn in isbns)
    assert len(set(isbns)) == len(isbns)
    assert isbns == sorted(isbns)
    assert any(isbn.endswith("X") for isbn in isbns)


def test_check_digit_worked_out_by_hand():
    # 69 0000001: 6·10 + 9·9 + 1·2 = 143 = 13·11, so 0; 69 0000002: 145, so 9; 69 0000006: 153, so 1
    assert [sample_isbn(n) for n in (1, 2, 6)] == ["6900000010", "6900000029", "6900000061"]
    # 69 0000007: 155 = 14·11 + 1, so 10, written X
    assert sample_isbn(7) == "690000007X"


def test_publishers_say_that_they_are_samples():
    assert all("sampl" in book.publisher.lower() for book in CATALOGUE.books)


def test_genres_by_isbn_names_every_book():
    isbns = {book.isbn for book in CATALOGUE.books}
    (dracula,) = [b.isbn for b in CATALOGUE.books if b.title == "Dracula (Sample Classics)"]
    assert set(subgenres_by_isbn()) == set(genres_by_isbn()) == isbns
    assert subgenres_by_isbn()[dracula] == ("gothic", "modern-horror")
    assert genres_by_isbn()[dracula] == {"horror"}


def test_best_known_takes_one_of_every_subgenre_first():
    small = CATALOGUE.best_known(len(CATALOGUE.subgenres))
    assert [work.rank for work in small.works] == [0] * len(CATALOGUE.subgenres)
    assert {work.subgenres[0] for work in small.works} == {s.slug for s in CATALOGUE.subgenres}
    assert {"Dracula", "Truyện Kiều", "Dune"} <= {work.title for work in small.works}


def test_best_known_books_keep_their_isbns_and_works():
    small = CATALOGUE.best_known(700)
    whole = {book.isbn: book for book in CATALOGUE.books}
    assert len(small.books) == 700
    assert any(book.edition == 2 for book in small.books)
    for book in small.books:
        original = whole[book.isbn]
        assert small.works[book.work_idx] == CATALOGUE.works[original.work_idx]
    assert {book.work_idx for book in small.books} == set(range(len(small.works)))


def test_the_whole_catalogue_may_be_selected_but_no_more():
    assert CATALOGUE.best_known(len(CATALOGUE.books)) == CATALOGUE
    with pytest.raises(DataError, match=f"has {len(CATALOGUE.books)} books, not 5000"):
        CATALOGUE.best_known(5000)
