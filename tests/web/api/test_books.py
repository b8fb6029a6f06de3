"""The public API: catalogue, search, neighbours, popular books, errors."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from pathlib import Path

import httpx
import pytest

from bookrec.settings import Home
from bookrec.snapshot import DATABASE_NAME
from bookrec.web.catalogue_search.filters import FILTERS, PRICE_SORTS, SORTS
from selling import DUNE, EMMA, offer
from site_testing import Client, open_client
from small_snapshot import BOOKS, CONTENT_ISBN, ONE_TEN_ISBN, UNLISTED_ISBN, build_snapshot

DRACULA_ISBN = "014143984X"


def titles(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["title"] for item in answer.json()["items"]]


def search(client: Client, **parameters: object) -> list[str]:
    return titles(client.get("/api/v1/books", params={"page_size": 100, **parameters}))


def test_a_book_has_every_promised_field(visitor: Client) -> None:
    assert visitor.get("/api/v1/books/0141439580").json() == {
        "isbn": "0141439580",
        "title": "Emma",
        "author": "Jane Austen",
        "year": 2003,
        "publisher": "Penguin Books",
        "image_url": "https://covers.example.org/1.jpg",
        "rating_mean": 9.0,
        "rating_count": 2,
        "category": "Classic",
        "language": "en",
    }


def test_catalogue_counts_exactly_and_pages_without_gaps_or_repeats(visitor: Client) -> None:
    seen: list[str] = []
    for page in range(1, 8):
        answer = visitor.get("/api/v1/books", params={"page": page, "page_size": 7}).json()
        assert (answer["total"], answer["page"], answer["page_size"]) == (len(BOOKS), page, 7)
        seen += [book["isbn"] for book in answer["items"]]
    assert sorted(seen) == sorted(row[0] for row in BOOKS)


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("dat rung phuong nam", {"Đất rừng phương Nam"}),
        ("ĐẤT RỪNG", {"Đất rừng phương Nam"}),
        ("soren", {"Either/Or"}),
        ("either/or", {"Either/Or"}),
        ("so do", {"Số đỏ"}),
        ("le guin dark", {"The Left Hand of Darkness"}),
        ("hitchhikers", {"The Hitchhiker's Guide to the Galaxy"}),
        ("foundat", {"Foundation", "Foundation and Empire"}),
        ("014-1439-58-0", {"Emma"}),
        ("978-0-14-143958-7", {"Emma"}),
        ("014143984x", {"Dracula"}),
        ("ml:357", {"Beowulf"}),
        ("script", {BOOKS[36][1]}),
        ("pride zombies", set()),
    ],
)
def test_search_finds(visitor: Client, q: str, expected: set[str]) -> None:
    assert set(search(visitor, q=q)) == expected


@pytest.mark.parametrize(
    "q",
    [
        "c++",
        '"',
        "'",
        "*",
        "(",
        "a AND",
        "NOT",
        "OR OR",
        "title:",
        "-",
        "^",
        "NEAR(a b)",
        "{x}",
        "\\",
        "%",
        "ı",
        "日本",
        "a" * 200,
        "\u0000",
        ";drop table book",
        "--",
    ],
)
@pytest.mark.parametrize("field", ["q", "author", "publisher"])
def test_no_input_is_a_syntax_error(visitor: Client, q: str, field: str) -> None:
    answer = visitor.get("/api/v1/books", params={field: q})
    assert answer.status_code == 200
    assert len(answer.json()["items"]) <= answer.json()["total"] <= len(BOOKS)


def test_punctuation_alone_finds_nothing(visitor: Client) -> None:
    assert search(visitor, q="++") == []


def test_filters_narrow_together(visitor: Client) -> None:
    assert set(search(visitor, author="king stephen", year_from=2012)) == {"The Shining", "It"}
    assert search(visitor, author="Stephen King", q="shin") == ["The Shining"]
    assert search(visitor, publisher="del rey", year_to=1990) == ["Fahrenheit 451"]
    assert search(visitor, year_from=1971, year_to=1971) == ["Winter Poems"]


def test_prices_and_stock_narrow_and_sort(client: Client, home: Home) -> None:
    offer(
        home, **{f"i{EMMA}": (85_000, 3), f"i{DUNE}": (120_000, 0), f"i{DRACULA_ISBN}": (45_000, 1)}
    )
    assert search(client, sort="price")[:3] == ["Dracula", "Emma", "Dune"]
    assert search(client, sort="price_high")[:3] == ["Dune", "Emma", "Dracula"]
    assert search(client, price_from=45_001, price_below=120_000) == ["Emma"]
    assert search(client, in_stock="1", sort="title") == ["Dracula", "Emma"]


def test_filters_of_the_pages_narrow_the_api_alike(visitor: Client) -> None:
    """The same address leads to the same books, works being asked for."""
    for fields in ({"language": "vi"}, {"by": "King, Stephen"}, {"rating_from": 8}, {"q": "pride"}):
        shown = visitor.get("/books", params={**fields, "sort": "title"}).text
        listed = visitor.get(
            "/api/v1/books", params={**fields, "sort": "title", "works": True, "page_size": 24}
        ).json()["items"]
        assert listed
        assert re.findall(r'book-link" href="/books/([^"]+)"', shown) == [b["isbn"] for b in listed]


def test_every_facet_has_the_filters_that_lead_to_its_hits(client: Client, home: Home) -> None:
    offer(
        home, **{f"i{EMMA}": (85_000, 3), f"i{DUNE}": (120_000, 0), f"i{DRACULA_ISBN}": (45_000, 1)}
    )
    assert "facets" not in client.get("/api/v1/books").json()
    facets = client.get("/api/v1/books", params={"facets": True}).json()["facets"]
    assert {"by", "publisher", "decade", "rating", "price", "stock"} <= {f["name"] for f in facets}
    for facet in facets:
        for value in facet["values"]:
            narrowed = client.get("/api/v1/books", params=value["filter"])
            assert narrowed.json()["total"] == value["count"], (facet["name"], value)


def test_parameters_are_the_fields_of_the_pages_address(visitor: Client) -> None:
    listed = visitor.get("/schema").json()["paths"]["/api/v1/books"]["get"]["parameters"]
    parameters = {item["name"]: item["schema"] for item in listed}
    own = {"sort", "page", "page_size", "works", "facets"}
    assert set(parameters) == {*FILTERS, *own}
    assert parameters["sort"]["enum"] == [*SORTS, *PRICE_SORTS]


def test_rating_sort_does_not_let_one_ten_lead(visitor: Client) -> None:
    alone = visitor.get(f"/api/v1/books/{ONE_TEN_ISBN}").json()
    assert (alone["rating_mean"], alone["rating_count"]) == (10.0, 1)
    order = search(visitor, sort="rating")
    assert order.index("Emma") < order.index("Beowulf")  # 2 ratings, mean 9
    assert order.index("Beowulf") < order.index("Jane Eyre")  # 2 ratings, mean 7.5
    rated = [row[1] for row in BOOKS if row[0] not in (UNLISTED_ISBN, CONTENT_ISBN)]
    assert set(order[-2:]).isdisjoint({"Emma", "Beowulf"})
    assert len(rated) == len(BOOKS) - 2


def test_other_sorts(visitor: Client) -> None:
    newest = visitor.get("/api/v1/books", params={"sort": "newest", "page_size": 100}).json()
    years = [book["year"] for book in newest["items"]]
    known = [year for year in years if year is not None]
    assert known == sorted(known, reverse=True)
    assert years[len(known) :] == [None, None]
    by_title = search(visitor, sort="title")
    assert by_title[0] == "1984"
    assert by_title.index("Dế Mèn phiêu lưu ký") < by_title.index("Dracula")


def test_popular_sort_is_the_popular_list_and_then_the_most_read(visitor: Client) -> None:
    popular = visitor.get("/api/v1/books/popular", params={"limit": 100}).json()["items"]
    order = visitor.get("/api/v1/books", params={"sort": "popular", "page_size": 100}).json()
    isbns = [book["isbn"] for book in order["items"]]
    # The list shows one edition of a work, the catalogue all, each at its own place.
    listed = [item["book"]["isbn"] for item in popular]
    assert [isbn for isbn in isbns if isbn in set(listed)] == listed
    assert sorted(isbns) == sorted(row[0] for row in BOOKS)
    pages = [
        book["isbn"]
        for page in range(1, 8)
        for book in visitor.get(
            "/api/v1/books", params={"sort": "popular", "page": page, "page_size": 7}
        ).json()["items"]
    ]
    assert pages == isbns  # on one page both parts of the order meet
    assert search(visitor, q="dracula", sort="popular") == ["Dracula (Signet Classics)", "Dracula"]


def test_a_book_that_is_not_in_the_popular_list_comes_after_it(tmp_path: Path) -> None:
    """The first by readers is left out of the popular list where few like it."""
    home = Home(tmp_path)
    snapshot_id = build_snapshot(home, with_ranker=False)
    path = home.snapshots / snapshot_id / DATABASE_NAME
    path.chmod(0o644)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            """delete from popular_top where segment = 'all' and (rank > 4 or book_id in
                   (select book_id from book where place = 1));"""
        )
        ((most_read,),) = connection.execute("select title from book where place = 1").fetchall()
        first = connection.execute(
            "select title from popular_top join book using (book_id) where segment = 'all'"
            " order by rank"
        ).fetchall()
    with open_client(home) as client:
        order = search(client, sort="popular")
    assert len(first) >= 3
    assert order[: len(first) + 1] == [*(title for (title,) in first), most_read]


def test_relevance_puts_the_title_before_its_companions(visitor: Client) -> None:
    assert search(visitor, q="foundation")[0] == "Foundation"
    assert search(visitor, q="DRACULA")[0] == "Dracula"  # fewer readers than its other edition


def test_similar_names_snapshot_and_source(visitor: Client, snapshot_id: str) -> None:
    answer = visitor.get("/api/v1/books/014143984X/similar", params={"limit": 3}).json()
    assert (answer["source"], answer["snapshot_id"]) == ("precomputed", snapshot_id)
    assert [item["rank"] for item in answer["items"]] == [1, 2, 3]
    assert all("Dracula" not in item["book"]["title"] for item in answer["items"])
    scores = [item["score"] for item in answer["items"]]
    assert scores == sorted(scores, reverse=True)
    assert set(answer["items"][0]) == {"rank", "score", "book"}


def test_similar_of_a_book_without_readers_is_content(visitor: Client) -> None:
    assert visitor.get(f"/api/v1/books/{CONTENT_ISBN}/similar").json()["source"] == "content"
    unlisted = visitor.get(f"/api/v1/books/{UNLISTED_ISBN}/similar").json()
    assert unlisted["source"] == "content"
    assert [item["book"]["title"] for item in unlisted["items"]] == ["Winter Poems"]


def test_popular_shows_one_edition_of_a_work(visitor: Client, snapshot_id: str) -> None:
    answer = visitor.get("/api/v1/books/popular", params={"limit": 100}).json()
    assert (answer["source"], answer["snapshot_id"]) == ("popular", snapshot_id)
    names = [item["book"]["title"] for item in answer["items"]]
    assert sum("Dracula" in name for name in names) == 1
    assert sum(name == "Pride and Prejudice" for name in names) == 1
    assert [item["rank"] for item in answer["items"]] == list(range(1, len(names) + 1))


@pytest.mark.parametrize("path", ["", "/similar"])
def test_unknown_isbn_is_a_404_problem(visitor: Client, path: str) -> None:
    answer = visitor.get(f"/api/v1/books/0000000000{path}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["title"]) == (404, "Not Found")
    assert "0000000000" in problem["detail"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/v1/books?page_size=101", "page_size"),
        ("/api/v1/books?page_size=0", "page_size"),
        ("/api/v1/books?page=0", "page"),
        ("/api/v1/books?page=x", "page"),
        ("/api/v1/books?sort=best", "sort"),
        ("/api/v1/books?year_from=soon", "year_from"),
        ("/api/v1/books?price_from=cheap", "price_from"),
        ("/api/v1/books?price_below=-1", "price_below"),
        ("/api/v1/books?in_stock=perhaps", "in_stock"),
        ("/api/v1/books?qq=dracula", "qq"),
        ("/api/v1/books?snapshot=1", "snapshot"),
        ("/api/v1/books/popular?limit=0", "limit"),
        ("/api/v1/books/popular?limit=101", "limit"),
        ("/api/v1/books/0141439580/similar?limit=-1", "limit"),
        ("/api/v1/books/0141439580/similar?isbn=1", "isbn"),
    ],
)
def test_bad_parameters_are_named(visitor: Client, path: str, name: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert [item["name"] for item in answer.json()["invalid_parameters"]] == [name]


def test_limits_include_their_ends(visitor: Client) -> None:
    assert len(visitor.get("/api/v1/books/popular?limit=1").json()["items"]) == 1
    assert visitor.get("/api/v1/books/popular?limit=100").status_code == 200
    assert visitor.get("/api/v1/books?page_size=100").status_code == 200
    assert visitor.get("/api/v1/books?page=9999").json()["items"] == []


def test_public_answers_carry_a_tag_of_what_they_depend_on(visitor: Client) -> None:
    first = visitor.get("/api/v1/books?q=emma")
    tag = first.headers["etag"]
    assert visitor.get("/api/v1/books?q=dune").headers["etag"] != tag
    again = visitor.get("/api/v1/books?q=emma", headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    other = visitor.get("/api/v1/books?q=dune", headers={"if-none-match": tag})
    assert other.status_code == 200


def test_schema_is_served_without_other_hosts(visitor: Client) -> None:
    schema = visitor.get("/schema")
    assert schema.status_code == 200
    paths = schema.json()["paths"]
    assert set(paths) == {
        "/api/v1/books",
        "/api/v1/books/popular",
        "/api/v1/suggest",
        "/api/v1/events",
        "/api/v1/me/corrections/{facet}",
        "/api/v1/me/diversity",
        "/api/v1/me/profile",
        "/api/v1/me/books/{isbn}",
        "/api/v1/books/{isbn}",
        "/api/v1/books/{isbn}/similar",
        "/api/v1/host",
        "/api/v1/host/{session}",
        "/api/v1/host/{session}/actions",
        "/api/v1/host/{session}/report",
        "/api/v1/host/{session}/stream",
        "/api/v1/live/{code}",
        "/api/v1/live/{code}/members",
        "/api/v1/live/{code}/reactions",
        "/api/v1/accounts",
        "/api/v1/session",
        "/api/v1/me/recommendations",
        "/api/v1/me/ratings",
        "/api/v1/me/ratings/{isbn}",
        "/api/v1/me/owned/{isbn}",
        "/api/v1/me/want",
        "/api/v1/me/want/{isbn}",
        "/api/v1/me/dismissed",
        "/api/v1/me/dismissed/{isbn}",
        "/api/v1/me/import",
        "/api/v1/me/export",
        "/api/v1/me",
        "/api/v1/me/data",
        "/api/v1/me/sessions/{session_id}",
        "/api/v1/me/password",
        "/api/v1/me/sessions",
        "/api/v1/me/orders",
        "/api/v1/orders",
        "/api/v1/cart",
    }
    assert set(paths["/api/v1/me/ratings/{isbn}"]) == {"put", "delete"}
    assert visitor.get("/schema/openapi.json").json() == schema.json()
    assert visitor.get("/schema/openapi.yaml").status_code == 200
    assert "<script" not in schema.text
