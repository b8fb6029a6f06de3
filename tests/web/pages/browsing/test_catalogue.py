"""The catalogue: facets, filters, near hits; pages of authors and series."""

from __future__ import annotations

import html
import re

import pytest

from site_testing import Client


def page(client: Client, path: str, language: str = "en") -> str:
    answer = client.get(path, headers={"accept-language": language})
    assert answer.status_code == 200, path
    return html.unescape(answer.text)


def titles(text: str) -> list[str]:
    return re.findall(r'class="book-title">(.*?)</span>', text)


def test_facets_lead_to_lists_with_as_many_books(visitor: Client) -> None:
    text = page(visitor, "/books?publisher=Penguin+Books&sort=title")
    section = text[text.index('class="facets"') : text.index("</section>")]
    options = re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a> <span class="quiet">(\d+)<', section)
    assert len(options) > 5
    for address, _, count in options:
        assert "publisher=Penguin+Books" in address
        assert address.endswith("sort=title")
        assert f">{count} book" in page(visitor, address)


def test_filters_in_use_can_be_taken_away_and_are_kept_by_the_form(visitor: Client) -> None:
    text = page(visitor, "/books?by=AUSTEN,+JANE&language=en&rating_from=7")
    assert titles(text)
    assert 'name="by" value="AUSTEN, JANE"' in text
    assert 'href="/books?by=AUSTEN%2C+JANE&rating_from=7&sort=popular"' in text  # without language
    assert "7 of 10 and more" in text


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "No book has exactly these words."), ("vi", "Không có cuốn nào khớp hẳn.")],
)
def test_near_hits_are_said_to_be_near(visitor: Client, language: str, sentence: str) -> None:
    near = page(visitor, "/books?q=dracual", language)
    assert sentence in near
    assert titles(near)[0].startswith("Dracula")
    assert sentence not in page(visitor, "/books?q=dracula", language)


def test_without_hits_the_nearest_books_are_offered(visitor: Client) -> None:
    text = page(visitor, "/books?q=pride+zombies")
    assert "Did you mean one of these?" in text
    assert titles(text) == ["Pride and Prejudice"]


def test_an_authors_page(visitor: Client) -> None:
    for path in ("/authors/Jane%20Austen", "/authors/AUSTEN,%20JANE"):
        text = page(visitor, path)
        assert "Books by Jane Austen" in text
        assert sorted(titles(text)) == [
            "Emma",
            "Pride and Prejudice",
            "Sense and Sensibility",
        ]
    by_title = page(visitor, "/authors/J.%20K.%20Rowling?sort=title")
    assert "Goblet" in titles(by_title)[0]
    assert 'href="/series/Harry%20Potter"' in by_title
    assert visitor.get("/authors/Nobody%20Here").status_code == 404
    assert visitor.get("/authors/%3F").status_code == 404


def test_a_series_page_is_in_order(visitor: Client) -> None:
    text = page(visitor, "/series/The%20Foundation%20Novels", "vi")
    assert titles(text) == ["Foundation", "Foundation and Empire"]
    assert text.index("Tập 1") < text.index("Tập 2")
    assert visitor.get("/series/None").status_code == 404


def test_the_page_of_a_book_leads_to_author_series_and_category(visitor: Client) -> None:
    text = page(visitor, "/books/0553293354")
    for address in (
        "/authors/Isaac%20Asimov",
        "/series/Foundation%20Novels",
        "/books?category=Scifi",
    ):
        assert f'href="{address}"' in text
    dune = visitor.get("/books/0441172717").text
    assert "&amp; a young man who &lt;must&gt; flee." in dune


def test_names_of_any_characters_have_pages(visitor: Client) -> None:
    book = page(visitor, "/books/1491903996")
    (address,) = set(re.findall(r'href="(/authors/[^"]+)"', book))
    assert address == "/authors/A%20%3Cb%3EBold%3C%2Fb%3E%20Author"
    assert visitor.get(address).status_code == 200


def test_suggestions_of_the_api(visitor: Client) -> None:
    answer = visitor.get("/api/v1/suggest", params={"q": "aust", "limit": 3})
    assert answer.json()["items"][0] == {"kind": "author", "text": "Jane Austen"}
    emma = visitor.get("/api/v1/suggest", params={"q": "emma"}).json()["items"][0]
    assert emma == {"kind": "title", "text": "Emma", "isbn": "0141439580"}
    assert visitor.get("/api/v1/suggest").json() == {"items": []}
    assert visitor.get("/api/v1/suggest", params={"q": "e", "limit": 101}).status_code == 400
    tag = answer.headers["etag"]
    again = visitor.get(
        "/api/v1/suggest", params={"q": "aust", "limit": 3}, headers={"if-none-match": tag}
    )
    assert again.status_code == 304
