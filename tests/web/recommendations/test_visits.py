"""Lists that follow the visit: of readers and visitors, and books that were passed over."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import time
from typing import Any

import numpy as np
import pytest

from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.scoring.lists.visit_lists import visit_lists
from bookrec.settings import Home
from bookrec.snapshot import DATABASE_NAME
from bookrec.web.accounts.cli import create_account
from bookrec.web.recommendations.visits import Visit
from bookrec.web.store.catalogue import books_by_isbn, popular_books
from bookrec.web.store.visit_neighbours import visit_neighbours
from site_testing import PASSWORD, Client, bearer, form_token, register, sign_in, write_events
from small_snapshot import LISTED_READER, build_snapshot

DUNE, EMMA, NEUROMANCER, BIG_SLEEP = "0441172717", "0141439580", "0441569595", "0394758285"
MALTESE = "0679722645"
LINK = re.compile(r'class="book-link" href="/books/([^"]+)"')
HERE = "http://testserver.local"


def agree(client: Client) -> None:
    client.post("/consent", data={"answer": "yes", "csrf_token": ""}, headers={"origin": HERE})


def section(page: str, name: str) -> str:
    part = re.search(rf'<section aria-labelledby="{name}">.*?</section>', page, re.DOTALL)
    return part[0] if part else ""


def yours(client: Client, headers: dict[str, str], **more: str) -> list[dict[str, Any]]:
    answer = client.get(
        "/api/v1/me/recommendations", params={"limit": 8}, headers={**headers, **more}
    )
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def isbns(items: list[dict[str, Any]]) -> list[str]:
    return [item["book"]["isbn"] for item in items]


def linh(client: Client, home: Home) -> dict[str, str]:
    """Sign a reader with a stored list in to the API."""
    create_account(home, "linh", PASSWORD, user_id=LISTED_READER)
    return bearer(client, "linh")


def send(client: Client, headers: dict[str, str], kind: str, *books: str) -> None:
    events = [
        {"id": f"{kind}-{isbn}-{time.monotonic_ns()}", "kind": kind, "isbn": isbn} for isbn in books
    ]
    assert client.post("/api/v1/events", json=events, headers=headers).status_code == 202


def similar(client: Client, isbn: str) -> list[str]:
    return isbns(client.get(f"/api/v1/books/{isbn}/similar").json()["items"])


def test_a_stored_list_follows_what_was_opened(client: Client, home: Home) -> None:
    headers = linh(client, home)
    before = yours(client, headers)
    send(client, headers, "view", BIG_SLEEP)
    after = yours(client, headers)
    near = similar(client, BIG_SLEEP)
    assert isbns(after)[0] in near[:3]
    moved = {isbn for isbn in isbns(after)[:4] if isbn in near}
    assert len(moved) > len(set(isbns(before)[:4]) & set(near))
    reasons = [(b["isbn"], b["relation"]) for b in after[0]["because"]]
    assert reasons == [(BIG_SLEEP, "opened")]
    write_events(client)
    assert isbns(yours(client, headers)) == isbns(after), "queued or written, it is the same event"
    assert isbns(yours(client, headers, dnt="1")) == isbns(before)


def test_a_dismissal_subtracts_and_is_forgotten_when_taken_back(client: Client, home: Home) -> None:
    headers = linh(client, home)
    send(client, headers, "view", BIG_SLEEP)
    before = isbns(yours(client, headers))
    assert client.put(f"/api/v1/me/dismissed/{MALTESE}", headers=headers).status_code == 200
    after = isbns(yours(client, headers))
    assert MALTESE not in after
    assert client.delete(f"/api/v1/me/dismissed/{MALTESE}", headers=headers).status_code == 204
    assert isbns(yours(client, headers)) == before


def test_a_low_rating_lowers_what_is_similar(client: Client, home: Home) -> None:
    headers = linh(client, home)
    before = isbns(yours(client, headers))
    near = set(similar(client, NEUROMANCER)[:6])
    client.put(f"/api/v1/me/ratings/{NEUROMANCER}", json={"rating": 9}, headers=headers)
    liked = isbns(yours(client, headers))
    client.put(f"/api/v1/me/ratings/{NEUROMANCER}", json={"rating": 2}, headers=headers)
    client.put(f"/api/v1/me/ratings/{EMMA}", json={"rating": 6}, headers=headers)
    assert len(near & set(liked[:5])) > len(near & set(before[:5]))
    write_events(client)
    with contextlib.closing(sqlite3.connect(home.shop_database)) as shop, shop:
        shop.execute("delete from events where rating = 9")
    disliked = isbns(yours(client, headers))
    assert len(near & set(disliked[:5])) <= len(near & set(before[:5]))


def test_a_new_readers_list_knows_their_likes_already(client: Client) -> None:
    headers = register(client, "mai", liked_isbns=[DUNE, EMMA])
    with_events = isbns(yours(client, headers))
    assert isbns(yours(client, headers, dnt="1")) == with_events


def test_a_visitors_shelf_follows_without_an_account(client: Client) -> None:
    plain = client.get("/").text
    agree(client)
    before = client.get("/").text
    assert LINK.findall(section(before, "popular")) == LINK.findall(section(plain, "popular"))
    client.get(f"/books/{BIG_SLEEP}")
    after = section(client.get("/").text, "popular")
    assert "Following your visit" in after
    assert "You opened" in after
    shelf = LINK.findall(after)
    assert BIG_SLEEP not in shelf
    assert shelf[0] in similar(client, BIG_SLEEP)[:3]
    client.cookies.clear()
    assert LINK.findall(section(client.get("/").text, "popular")) == LINK.findall(
        section(plain, "popular")
    )


def test_a_search_counts_by_its_first_hit(client: Client) -> None:
    agree(client)
    client.get("/books?q=the+big+sleep")
    write_events(client)
    shelf = section(client.get("/").text, "popular")
    assert "You looked for" in shelf
    assert LINK.findall(shelf)[0] in similar(client, BIG_SLEEP)[:3]
    client.get(f"/books/{BIG_SLEEP}")
    write_events(client)
    shelf = section(client.get("/").text, "popular")
    assert "You opened" in shelf
    assert "You looked for" not in shelf, "the search led to the book that was opened"


def test_a_books_shelf_follows_but_stays_its_own(client: Client) -> None:
    def shelf() -> list[str]:
        return LINK.findall(section(client.get(f"/books/{DUNE}").text, "similar"))

    plain = shelf()
    agree(client)
    bad = {"id": "bad", "kind": "rate", "isbn": NEUROMANCER, "rating": 1}
    caller = {"bookrec-visitor": client.cookies["bookrec_consent"]}
    assert client.post("/api/v1/events", json=[bad], headers=caller).status_code == 202
    assert NEUROMANCER in plain
    after = shelf()
    assert NEUROMANCER not in after
    assert set(after) <= set(similar(client, DUNE)), "nothing else is let in"


def test_a_dismissal_of_a_visitor_holds_everywhere(client: Client) -> None:
    agree(client)
    token = client.cookies["bookrec_consent"]
    client.get(f"/books/{BIG_SLEEP}")
    first = LINK.findall(section(client.get("/").text, "popular"))[0]
    send(client, {"bookrec-visitor": token}, "dismiss", first)
    for page in ("/", f"/books/{BIG_SLEEP}"):
        assert first not in LINK.findall(client.get(page).text)


def test_a_book_passed_over_five_times_sinks_until_it_is_opened(client: Client, home: Home) -> None:
    headers = linh(client, home)
    before = isbns(yours(client, headers))
    write_events(client)

    def look(hours_ago: int, *shown: str) -> None:
        with contextlib.closing(sqlite3.connect(home.shop_database)) as shop, shop:
            shop.execute(
                "insert into impressions (user_id, list_id, shelf, page, isbns, size, created_at)"
                " values (?, hex(randomblob(6)), 'yours', '/', ?, ?, ?)",
                (LISTED_READER, "\n".join(shown), len(shown), int(time.time()) - 3_600 * hours_ago),
            )

    for hours_ago in (50, 40, 30):
        look(hours_ago, before[0], before[1])
        look(hours_ago, before[0])
    # This hour's answer is the fourth look.
    assert isbns(yours(client, headers)) == before
    write_events(client)
    look(10, before[1])
    after = isbns(yours(client, headers))
    assert after[:7] == [before[0], *before[2:]]
    assert before[1] not in after
    send(client, headers, "click", before[1])
    assert before[1] in isbns(yours(client, headers))


def test_a_visit_goes_on_after_sign_in(client: Client, home: Home) -> None:
    create_account(home, "linh", PASSWORD, user_id=LISTED_READER)
    agree(client)
    client.get(f"/books/{BIG_SLEEP}")  # waits in the queue
    sign_in(client, "linh")
    shelf = section(client.get("/").text, "yours")
    assert "You opened" in shelf
    assert LINK.findall(shelf)[0] in similar(client, BIG_SLEEP)[:3]
    taken = client.get("/me/account/data").json()["tables"]
    assert [event["isbn"] for event in taken["events"] if event["kind"] == "view"] == [BIG_SLEEP]


@pytest.mark.parametrize("signal", ["dnt", "sec-gpc"])
def test_a_browser_that_refuses_takes_nothing_along(
    client: Client, home: Home, signal: str
) -> None:
    create_account(home, "linh", PASSWORD, user_id=LISTED_READER)
    agree(client)
    client.get(f"/books/{BIG_SLEEP}")
    client.headers[signal] = "1"
    sign_in(client, "linh")
    del client.headers[signal]
    assert "You opened" not in section(client.get("/").text, "yours")


def test_the_home_page_of_a_reader_follows_at_once(client: Client, home: Home) -> None:
    create_account(home, "linh", PASSWORD, user_id=LISTED_READER)
    sign_in(client, "linh")
    before = LINK.findall(section(client.get("/").text, "yours"))
    page = client.get(f"/books/{BIG_SLEEP}").text
    after = section(client.get("/").text, "yours")
    shelf = LINK.findall(after)
    assert shelf != before
    assert "You opened" in after
    client.post("/keep", data={"csrf_token": form_token(page), "next": "/", "dismiss": shelf[0]})
    assert shelf[0] not in LINK.findall(client.get("/").text)


def test_a_reader_of_whom_nothing_else_is_known_has_the_visit(client: Client) -> None:
    register(client, "new-here")
    sign_in(client, "new-here")
    page = client.get(f"/books/{MALTESE}").text
    assert "data-view=" in page
    after = section(client.get("/").text, "yours")
    assert "You opened" in after
    assert LINK.findall(after)[0] in similar(client, MALTESE)[:3]


def test_shelves_are_in_the_order_of_the_blend(client: Client) -> None:
    snapshot = client.app.state.site.watch.current()
    books = books_by_isbn(snapshot, [DUNE, EMMA, NEUROMANCER, BIG_SLEEP, MALTESE])
    listed = popular_books(snapshot, "all", 40)

    async def orders() -> list[tuple[list[int], list[int]]]:
        pairs = []
        for kinds in (("view", "cart"), ("view", "dismiss"), ("dismiss", "like")):
            visit = Visit(snapshot, [books[NEUROMANCER], books[BIG_SLEEP]], kinds)
            known = {item.book.book_id for item in listed}
            blended, _ = visit.follow(listed, personal=True)
            shelf = visit.reorder(listed)
            pairs.append(
                (
                    [item.book.book_id for item in shelf],
                    [item.book.book_id for item in blended if item.book.book_id in known],
                )
            )
        return pairs

    # Snapshots are read on the thread of the event loop.
    for shelf, blended in client.blocking_portal.call(orders):
        assert shelf == blended


def test_the_latest_book_outweighs_the_earlier_ones_for_a_stranger(client: Client) -> None:
    """Weights 1 and .5 by `reacting.STRANGERS`, 1 and .8 for a reader with a list."""
    snapshot = client.app.state.site.watch.current()
    books = books_by_isbn(snapshot, [BIG_SLEEP, NEUROMANCER])

    async def parts() -> list[float]:
        visit = Visit(snapshot, [books[BIG_SLEEP], books[NEUROMANCER]], ["view", "view"])
        near = visit_neighbours(snapshot, [books[BIG_SLEEP].book_id])[0]
        of_latest = visit_neighbours(snapshot, [books[NEUROMANCER].book_id])[0]
        only_earlier = next(book for book in near.tolist() if book not in of_latest)
        scores = []
        for personal in (True, False):
            listed, _ = visit.follow([], personal=personal)
            scores.append(next(item.score for item in listed if item.book.book_id == only_earlier))
        return scores

    reader, stranger = client.blocking_portal.call(parts)
    assert stranger == pytest.approx(reader * 0.5 / 0.8)


def test_timed_visits_order_the_shelf(client: Client, home: Home) -> None:
    # Three readers went from The Big Sleep to Emma and then to Dune; one the other way round, and
    # nobody to its similar books.
    database = home.snapshots / build_snapshot(home) / DATABASE_NAME
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        rows = connection.execute("select isbn, book_id, work_id from book order by book_id")
        ids, works = zip(*((isbn, (number, work)) for isbn, number, work in rows), strict=True)
        place = {isbn: number - 1 for isbn, (number, _) in zip(ids, works, strict=True)}
        visits = [[BIG_SLEEP, EMMA, DUNE]] * 3 + [[NEUROMANCER, BIG_SLEEP]]
        lists = visit_lists(
            Interactions(
                np.repeat(np.arange(4, dtype=np.int32), [3, 3, 3, 2]),
                np.array([place[isbn] for visit in visits for isbn in visit], dtype=np.int32),
                np.zeros(11, dtype=np.int8),
                np.array([step for visit in visits for step in range(len(visit))]),
            ),
            np.array([work for _, work in works], dtype=np.int32),
            SimilarityTable(
                np.zeros(len(ids) + 1, np.int64), np.empty(0, np.int32), np.empty(0, np.float32)
            ),
        )
        row = slice(*lists.start[place[BIG_SLEEP] : place[BIG_SLEEP] + 2])
        near = zip(lists.book[row].tolist(), lists.score[row].tolist(), strict=True)
        connection.executemany(
            "insert into visit_top values (?, ?, ?, ?)",
            [(place[BIG_SLEEP] + 1, n, book + 1, score) for n, (book, score) in enumerate(near, 1)],
        )
    agree(client)
    client.get(f"/books/{BIG_SLEEP}")
    shelf = LINK.findall(section(client.get("/").text, "popular"))
    assert shelf[:3] == [EMMA, DUNE, NEUROMANCER]
