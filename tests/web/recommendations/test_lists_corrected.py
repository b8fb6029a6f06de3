"""Lists of a reader who rejects values: every list of pages and API, before and after."""

from __future__ import annotations

import re

import pytest

from bookrec.settings import Home
from bookrec.web.accounts.cli import create_account
from site_testing import PASSWORD, Client, bearer, open_client, register, sign_in
from small_snapshot import BOOKS, LISTED_READER, build_snapshot

AUTHOR = {row[0]: row[2] for row in BOOKS}
GENRE = {row[0]: row[5] for row in BOOKS}
SHINING, CARRIE, DRACULA, DUNE = "0345806786", "0743412281", "014143984X", "0441172717"
LIKED = [SHINING, CARRIE, DUNE]


def recommended(client: Client, headers: dict[str, str], limit: int = 12) -> list[dict]:
    path = f"/api/v1/me/recommendations?limit={limit}"
    items: list[dict] = client.get(path, headers=headers).json()["items"]
    return items


def isbns(items: list[dict]) -> list[str]:
    return [item["book"]["isbn"] for item in items]


def named(items: list[dict]) -> set[str]:
    return {reason["isbn"] for item in items for reason in item.get("because", [])}


def reject(client: Client, headers: dict[str, str], facet: str, value: str) -> None:
    answer = client.put(f"/api/v1/me/corrections/{facet}", params={"value": value}, headers=headers)
    assert answer.status_code == 200, answer.text


def take_back(client: Client, headers: dict[str, str], facet: str, value: str) -> None:
    answer = client.delete(
        f"/api/v1/me/corrections/{facet}", params={"value": value}, headers=headers
    )
    assert answer.status_code == 204


def on_page(client: Client, path: str) -> set[str]:
    return set(re.findall(r'class="book-link" href="/books/([^"]+)"', client.get(path).text))


def test_books_and_reasons_of_a_rejected_author_leave_the_list_at_once(client: Client) -> None:
    headers = register(client, "anna", liked_isbns=LIKED)
    before = recommended(client, headers)
    assert "Stephen King" in {AUTHOR[isbn] for isbn in isbns(before)}
    assert named(before) & {SHINING, CARRIE}
    reject(client, headers, "author", "king, stephen")
    after = recommended(client, headers)
    assert len(after) == len(before)
    assert "Stephen King" not in {AUTHOR[isbn] for isbn in isbns(after)}
    assert not named(after) & {SHINING, CARRIE}
    assert named(after) == {DUNE}
    # The neighbours of King's books were at the top for them alone; Dune's take their place.
    assert GENRE[isbns(before)[0]] == "horror"
    assert {GENRE[isbn] for isbn in isbns(after)[:3]} == {"scifi"}
    take_back(client, headers, "author", "Stephen King")
    assert isbns(recommended(client, headers)) == isbns(before)


def test_the_home_page_has_no_book_of_a_rejected_value(client: Client) -> None:
    headers = register(client, "anna", liked_isbns=LIKED)
    sign_in(client, "anna")
    client.get(f"/books/{DRACULA}")
    assert {"horror"} <= {GENRE[isbn] for isbn in on_page(client, "/")}
    reject(client, headers, "category", "Horror")
    page = on_page(client, "/")
    assert len(page) > 12
    assert "horror" not in {GENRE[isbn] for isbn in page}
    assert "horror" not in {GENRE[isbn] for isbn in on_page(client, "/me")} - {
        GENRE[isbn] for isbn in LIKED
    }


def test_neighbours_on_the_page_of_a_book_sink(client: Client) -> None:
    headers = register(client, "anna", liked_isbns=[DUNE])
    sign_in(client, "anna")

    def neighbours() -> list[str]:
        page = client.get(f"/books/{DRACULA}").text
        part = re.search(r'<section aria-labelledby="similar">.*?</section>', page, re.DOTALL)
        assert part
        return re.findall(r'class="book-link" href="/books/([^"]+)"', part[0])

    before = neighbours()
    reject(client, headers, "author", "Mary Shelley")
    after = neighbours()
    assert sorted(before) == sorted(after)
    (shelley,) = [isbn for isbn in before if AUTHOR[isbn] == "Mary Shelley"]
    assert before[-1] != shelley
    assert after == [isbn for isbn in before if isbn != shelley] + [shelley]


@pytest.fixture
def listed(client: Client, home: Home) -> dict[str, str]:
    """The reader of the data set with a stored list, signed in to the API."""
    create_account(home, "lisa", PASSWORD, user_id=LISTED_READER)
    return bearer(client, "lisa")


def test_a_stored_list_made_from_rejected_books_is_made_anew(
    client: Client, listed: dict[str, str]
) -> None:
    path = "/api/v1/me/recommendations?limit=8"
    before = client.get(path, headers=listed).json()
    assert before["source"] == "precomputed"
    reject(client, listed, "category", "Classic")
    after = client.get(path, headers=listed).json()
    assert after["source"] == "live"
    assert len(after["items"]) == 8
    assert "classic" not in {GENRE[isbn] for isbn in isbns(after["items"])}
    take_back(client, listed, "category", "Classic")
    assert client.get(path, headers=listed).json()["items"] == before["items"]


def test_a_stored_list_keeps_its_order_where_no_book_of_the_history_is_rejected(
    client: Client, listed: dict[str, str]
) -> None:
    """Their list has a book by Dickens, of whom they have none."""
    before = isbns(recommended(client, listed, 8))
    (dickens,) = [isbn for isbn in before[:-1] if AUTHOR[isbn] == "Charles Dickens"]
    reject(client, listed, "author", "Dickens, Charles")
    answer = client.get("/api/v1/me/recommendations?limit=8", headers=listed).json()
    assert answer["source"] == "precomputed"
    assert isbns(answer["items"])[:7] == [isbn for isbn in before if isbn != dickens]
    assert len(answer["items"]) == 8


def test_a_list_stays_full_where_everything_is_rejected(client: Client) -> None:
    headers = register(client, "anna", liked_isbns=[DUNE])
    for language in ("en", "vi"):
        reject(client, headers, "language", language)
    answer = client.get("/api/v1/me/recommendations?limit=12", headers=headers).json()
    assert answer["source"] == "popular"
    assert len(answer["items"]) == 12


def test_without_a_ranker_the_stored_list_goes_on_without_the_rejected_books(
    home: Home,
) -> None:
    build_snapshot(home, with_ranker=False)
    create_account(home, "lisa", PASSWORD, user_id=LISTED_READER)
    with open_client(home) as client:
        headers = bearer(client, "lisa")
        before = isbns(recommended(client, headers, 8))
        reject(client, headers, "category", "Classic")
        answer = client.get("/api/v1/me/recommendations?limit=8", headers=headers).json()
    kept = [isbn for isbn in before if GENRE[isbn] != "classic"]
    assert 0 < len(kept) < len(before)
    assert answer["source"] == "precomputed"
    assert isbns(answer["items"])[: len(kept)] == kept


def test_the_order_of_books_in_rejected_editions(client: Client) -> None:
    """A rejected decade takes the editions of that decade alone."""
    headers = register(client, "anna", liked_isbns=["0141439580"])
    assert "0141439513" in isbns(recommended(client, headers, 30))
    reject(client, headers, "decade", "2000")
    years = {row[0]: row[3] for row in BOOKS}
    after = isbns(recommended(client, headers, 8))
    assert len(after) == 8
    assert not [isbn for isbn in after if years[isbn] and years[isbn] // 10 == 200]
