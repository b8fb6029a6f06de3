"""The form that keeps and dismisses books, and the page of own shelves."""

from __future__ import annotations

import re

import pytest

from site_testing import Client, form_token, register, sign_in

IT, EMMA, DRACULA, FRANKENSTEIN = "1501142976", "0141439580", "014143984X", "0141439475"


@pytest.fixture
def reader(client: Client) -> Client:
    register(client, "anna", liked_isbns=["0345806786"])
    sign_in(client, "anna")
    return client


def press(client: Client, page: str, **button: str) -> str:
    """Press a button of the form ``keep`` on a page; the page that follows."""
    token = form_token(client.get(page).text)
    answer = client.post("/keep", data={"csrf_token": token, "next": page, **button})
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    return client.get(page).text


def section(page: str, name: str) -> str:
    part = re.search(rf'<section aria-labelledby="{name}">.*?</section>', page, re.DOTALL)
    return part[0] if part else ""


def test_want_own_and_dismiss_from_the_page_of_a_book(reader: Client) -> None:
    page = press(reader, f"/books/{IT}", want=IT)
    assert "On your list of books to read." in page
    assert 'name="unwant"' in page
    assert IT in section(reader.get("/want").text, "wanted")
    press(reader, f"/books/{IT}", dismiss=IT)
    wants = reader.get("/want").text
    assert IT not in section(wants, "wanted")
    assert IT in section(wants, "dismissed")
    press(reader, "/want", undismiss=IT)
    page = press(reader, f"/books/{IT}", own=IT)
    assert "yours, not rated yet" in page
    assert 'name="want"' not in page


def test_the_last_dismissal_can_be_undone_from_the_notice(reader: Client) -> None:
    for isbn in (EMMA, IT):
        page = press(reader, "/", dismiss=isbn)
    assert 'name="undismiss" value="last"' in page
    assert IT not in re.findall(r'class="book-link" href="/books/([^"]+)"', page)
    press(reader, "/", undismiss="last")
    wants = section(reader.get("/want").text, "dismissed")
    assert EMMA in wants
    assert IT not in wants


@pytest.mark.parametrize("fields", [{}, {"want": IT, "dismiss": IT}, {"burn": IT}])
def test_a_form_names_one_action(reader: Client, fields: dict[str, str]) -> None:
    token = form_token(reader.get("/").text)
    assert reader.post("/keep", data={"csrf_token": token, **fields}).status_code == 400


def test_the_form_needs_its_token_and_a_reader(client: Client, reader: Client) -> None:
    assert reader.post("/keep", data={"want": IT}).status_code == 403
    client.cookies.clear()
    assert client.get("/want").headers["location"] == "/login?next=%2Fwant"


def test_neighbours_are_never_own_or_dismissed_books(client: Client) -> None:
    """Dracula stands beside Frankenstein for everyone but who has it, in any edition."""
    everyones = section(client.get(f"/books/{FRANKENSTEIN}").text, "similar")
    neighbours = set(re.findall(r'class="book-link" href="/books/([^"]+)"', everyones))
    dracula = neighbours & {DRACULA, "0451523377"}
    assert dracula
    (other,) = {DRACULA, "0451523377"} - dracula
    headers = register(client, "mina", liked_isbns=[other])
    sign_in(client, "mina")
    client.put(f"/api/v1/me/dismissed/{IT}", headers=headers)
    page = section(client.get(f"/books/{FRANKENSTEIN}").text, "similar")
    mine = set(re.findall(r'class="book-link" href="/books/([^"]+)"', page))
    assert mine
    assert not mine & {DRACULA, "0451523377", IT}


def test_the_page_of_a_book_for_everyone_is_cacheable(visitor: Client) -> None:
    answer = visitor.get(f"/books/{FRANKENSTEIN}")
    assert "public" in answer.headers["cache-control"]
    assert re.findall(r'action="([^"]+)" method="post"', answer.text) == ["/consent"]


def test_ratings_are_a_plot_and_a_table(visitor: Client) -> None:
    page = section(visitor.get(f"/books/{EMMA}").text, "ratings")
    rows = re.findall(r'<th scope="row">(\d+)</th><td>(\d+)</td>', page)
    book = visitor.get(f"/api/v1/books/{EMMA}").json()
    assert [int(mark) for mark, _ in rows] == list(range(1, 11))
    counts = {int(mark): int(count) for mark, count in rows}
    assert sum(counts.values()) == book["rating_count"] > 0
    mean = sum(mark * count for mark, count in counts.items()) / book["rating_count"]
    assert mean == pytest.approx(book["rating_mean"])
    assert page.count('class="rating-bar"') == 10
    assert not section(visitor.get("/books/gb:12").text, "ratings")


def test_more_by_the_author(visitor: Client) -> None:
    page = visitor.get("/books/gb:12").text
    assert "More by A. Solitary" not in page  # the neighbours have them already
    king = visitor.get("/books/0345806786").text
    shown = re.findall(r'class="book-link" href="/books/([^"]+)"', king)
    assert len(shown) == len(set(shown))
