"""Search of the small snapshot: typed words that are near a book's, filters, orders, pages."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from bookrec.web.catalogue_search import search as search_module
from bookrec.web.catalogue_search.filters import SORTS
from bookrec.web.catalogue_search.search import SearchQuery, search
from bookrec.web.store.snapshot_reader import Snapshot


def titles(snapshot: Snapshot, q: str, **fields: object) -> list[str]:
    return [book.title for book in search(snapshot, SearchQuery(q=q, **fields)).items]


@pytest.mark.parametrize(
    ("q", "first"),
    [
        ("dracual", "Dracula"),
        ("Harry Poter stone", "Harry Potter and the Sorcerer's Stone"),
        ("wuthring hights", "Wuthering Heights"),
        ("dostoyevsky", None),
        ("jk rowling goblet", "Harry Potter and the Goblet of Fire"),
        ("jkrowling goblet", "Harry Potter and the Goblet of Fire"),
        ("fahrenheit451", "Fahrenheit 451"),
        ("fahrenheit four hundred fifty one", "Fahrenheit 451"),
        ("nineteen eighty-four", "1984"),
        ("thebigsleep", "The Big Sleep"),
        ("big sle ep", "The Big Sleep"),
        ("greatexpectations", "Great Expectations"),
        ("soeren kierkegaard", "Either/Or"),
        ("kierkegard", "Either/Or"),
        ("dat rung phuong nam", "Đất rừng phương Nam"),
        ("đất rừng", "Đất rừng phương Nam"),
        ("de men phieu luu ki", "Dế Mèn phiêu lưu ký"),
        ("vu trong phung", "Số đỏ"),
        ("the frankenstein shelley", "Frankenstein"),
        ("neuromancr gibsn", "Neuromancer"),
    ],
)
def test_the_book_meant_comes_first(small_snapshot: Snapshot, q: str, first: str | None) -> None:
    assert titles(small_snapshot, q)[:1] == ([] if first is None else [first])


def test_exact_hits_leave_near_ones_out(small_snapshot: Snapshot) -> None:
    result = search(small_snapshot, SearchQuery(q="dune"))
    assert (result.exact, result.total, titles(small_snapshot, "dune")) == (True, 1, ["Dune"])
    near = search(small_snapshot, SearchQuery(q="dunne"))
    assert (near.exact, near.total) == (False, 1)


def test_a_short_word_is_taken_as_it_is(small_snapshot: Snapshot) -> None:
    assert titles(small_snapshot, "it")[0] == "It"
    assert titles(small_snapshot, "xq") == []


def test_the_nearest_books_where_there_are_no_hits(small_snapshot: Snapshot) -> None:
    result = search(small_snapshot, SearchQuery(q="pride zombies"))
    assert (result.items, result.total) == ([], 0)
    assert [book.title for book in result.nearest] == ["Pride and Prejudice"]  # one edition
    assert search(small_snapshot, SearchQuery(q="qqqq zzzz")).nearest == []
    assert search(small_snapshot, SearchQuery(q="++")).nearest == []


def test_an_author_comes_before_a_word_inside_titles(small_snapshot: Snapshot) -> None:
    found = [book.author for book in search(small_snapshot, SearchQuery(q="king")).items]
    assert found[:4] == ["Stephen King"] * 4


def test_filters_combine_with_near_words(small_snapshot: Snapshot) -> None:
    query = SearchQuery(q="stephn", publisher="pocket", year_to=2005)
    assert [book.title for book in search(small_snapshot, query).items] == ["Carrie"]
    later = titles(small_snapshot, "", by="AUSTEN, JANE", year_from=2003, sort="title")
    assert later == ["Emma", "Sense and Sensibility"]
    assert set(titles(small_snapshot, "", series="foundation novels")) == {
        "Foundation",
        "Foundation and Empire",
    }
    assert set(titles(small_snapshot, "", language="vi", category="Vietnam")) == {
        "Đất rừng phương Nam",
        "Dế Mèn phiêu lưu ký",
        "Số đỏ",
    }
    assert titles(small_snapshot, "", by="?!") == []
    assert "Beowulf" in titles(small_snapshot, "", rating_from=9)


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("window", [3, 160])
def test_pages_have_no_gaps_and_no_repeats(
    small_snapshot: Snapshot, sort: str, window: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_module, "_WINDOW", window)
    for q in ("the", "dracual", ""):
        whole = search(small_snapshot, SearchQuery(q=q, sort=sort, page_size=100))
        isbns = [book.isbn for book in whole.items]
        assert len(isbns) == len(set(isbns)) == whole.total
        pages = [
            search(small_snapshot, SearchQuery(q=q, sort=sort, page=page, page_size=4))
            for page in range(1, whole.total // 4 + 2)
        ]
        assert {page.total for page in pages} == {whole.total}
        assert [book.isbn for page in pages for book in page.items] == isbns


def test_a_title_beyond_the_most_read_hits_is_seen(
    small_snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the books with `and`, nobody has read this one; typed whole it is first all the same."""
    monkeypatch.setattr(search_module, "_WINDOW", 2)
    assert titles(small_snapshot, "winter poems")[0] == "Winter Poems"
    assert titles(small_snapshot, "nobodys book")[0] == "Nobody's Book"


def test_searches_run_beside_each_other(small_snapshot: Snapshot) -> None:
    words = ["dracual", "emma", "austen", "the", "jkrowling", "foundation"] * 4
    alone = [titles(small_snapshot, q) for q in words]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda q: titles(small_snapshot, q), words)) == alone
