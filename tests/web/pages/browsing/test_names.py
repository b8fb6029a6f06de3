"""Pages of a publisher and of new books, prices and stock in the catalogue, editions of a work."""

from __future__ import annotations

import html
import re

import pytest

from bookrec.settings import Home
from selling import DUNE, EMMA, offer
from site_testing import Client

VIETNAMESE = {"Đất rừng phương Nam", "Dế Mèn phiêu lưu ký"}
READ_MORE, OTHER = "0141439513", "0553213105"


def page(client: Client, path: str, language: str = "en") -> str:
    answer = client.get(path, headers={"accept-language": language})
    assert answer.status_code == 200, path
    return html.unescape(answer.text)


def titles(text: str) -> list[str]:
    return re.findall(r'class="book-title">(.*?)</span>', text)


def test_a_publishers_page(visitor: Client) -> None:
    for path in ("/publishers/Penguin%20Books", "/publishers/penguin%20books?sort=title"):
        text = page(visitor, path)
        assert "Books published by Penguin Books" in text
        assert {"Emma", "Dracula"} <= set(titles(text))
        assert "Dune" not in titles(text)
    assert visitor.get("/publishers/nobody").status_code == 404
    assert visitor.get("/publishers/%20").status_code == 404
    assert 'href="/publishers/Penguin%20Books"' in visitor.get(f"/books/{EMMA}").text


def test_new_books_are_the_latest_in_the_visitors_language_first(visitor: Client) -> None:
    assert titles(page(visitor, "/new"))[0] != "Dế Mèn phiêu lưu ký"
    vietnamese = titles(page(visitor, "/new", "vi"))
    assert vietnamese[:2] == ["Dế Mèn phiêu lưu ký", "Đất rừng phương Nam"]
    assert "This list has fewer pages" in page(visitor, "/new?page=9")


def test_a_vietnamese_visitor_meets_vietnamese_books_first(visitor: Client) -> None:
    def popular(language: str) -> list[str]:
        text = page(visitor, "/", language)
        return titles(text[text.index('id="popular"') :])[:3]

    # A book that most of its readers disliked is not shown for its language alone.
    assert VIETNAMESE & set(popular("vi"))
    assert set(popular("vi")[:1]) <= {*VIETNAMESE, "Số đỏ"}
    assert set(popular("en")).isdisjoint(VIETNAMESE)


def test_prices_sort_and_narrow_the_catalogue(client: Client, home: Home) -> None:
    assert "sort=price" not in client.get("/authors/Jane%20Austen").text
    offer(home, **{f"i{EMMA}": (85_000, 3), f"i{DUNE}": (120_000, 0)})
    assert titles(page(client, "/books?sort=price"))[:2] == ["Emma", "Dune"]
    assert titles(page(client, "/books?sort=price_high"))[:2] == ["Dune", "Emma"]
    stocked = page(client, "/books?in_stock=1")
    assert titles(stocked) == ["Emma"]
    assert 'name="in_stock" value="1"' in stocked
    cheap = page(client, "/books?price_below=100000", "vi")
    assert titles(cheap) == ["Emma"]
    assert "dưới 100.000" in cheap
    assert "that filter was left out" in page(client, "/books?price_from=cheap")


@pytest.mark.parametrize("path", ["/books?q=pride", "/books?publisher=&sort=title", "/"])
def test_lists_show_the_edition_in_stock(client: Client, home: Home, path: str) -> None:
    def shown() -> set[str]:
        return set(re.findall(r'book-link" href="/books/([^"]+)"', client.get(path).text))

    before = shown() & {READ_MORE, OTHER}
    offer(home, **{f"i{OTHER}": (85_000, 3), f"i{READ_MORE}": (85_000, 0)})
    if before:
        assert shown() & {READ_MORE, OTHER} == {OTHER}
    offer(home, **{f"i{OTHER}": (85_000, 0), f"i{READ_MORE}": (85_000, 2)})
    if before:
        assert shown() & {READ_MORE, OTHER} == {READ_MORE}
    assert before or path == "/"


def test_a_book_has_a_switch_of_editions_with_those_in_stock_first(
    client: Client, home: Home
) -> None:
    def editions() -> list[tuple[str, bool]]:
        text = client.get(f"/books/{READ_MORE}").text
        switch = text[text.index('class="editions"') : text.index("</nav>", text.index("editions"))]
        links = re.findall(r'<a href="/books/(\w+)"( aria-current="page")?', switch)
        return [(isbn, bool(current)) for isbn, current in links]

    assert [isbn for isbn, _ in editions()] == [READ_MORE, OTHER]
    offer(home, **{f"i{OTHER}": (85_000, 3), f"i{READ_MORE}": (90_000, 0)})
    assert editions() == [(OTHER, False), (READ_MORE, True)]
    assert 'class="editions"' not in client.get(f"/books/{DUNE}").text


def test_a_book_leads_to_the_first_and_the_next_of_its_series(visitor: Client) -> None:
    first = page(visitor, "/books/0590353403")  # Harry Potter, 1 of 1 and 4
    assert "Next in the series: <a" in first
    assert "The series begins with" not in first
    fourth = page(visitor, "/books/0439139597")
    assert 'The series begins with <a href="/books/0590353403">' in fourth
    assert "Next in the series" not in fourth
    assert "in the series" not in page(visitor, f"/books/{DUNE}")


def test_cards_show_the_mean_rating(visitor: Client) -> None:
    text = page(visitor, "/books?q=shining", "de")
    assert re.search(r'class="book-mean"><span[^>]*>★</span> \d+,\d<', text)
