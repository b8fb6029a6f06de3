"""The slider of diversity on the site: its form, the API, the shop's step, the limit of an author."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from bookrec.inference.diversity import DiversitySettings
from bookrec.settings import Home
from bookrec.shop.connections import in_transaction, opened
from bookrec.shop.experiments.experiments import create_experiment, stop_experiment
from bookrec.web.recommendations.diversity import diversify
from bookrec.web.store.catalogue import ListedBook, find_book, similar_books
from bookrec.web.store.reader_history import ReaderHistory
from bookrec.web.store.snapshot_reader import Snapshot
from selling import settings
from site_testing import Client, form_token, register, sign_in

LIKED = "0345806786"


def isbns(client: Client, headers: dict[str, str], limit: int = 20) -> list[str]:
    answer = client.get(f"/api/v1/me/recommendations?limit={limit}", headers=headers).json()
    return [item["book"]["isbn"] for item in answer["items"]]


def test_the_api_moves_the_list_and_back(client: Client) -> None:
    headers = register(client, liked_isbns=[LIKED])
    stored = isbns(client, headers)
    answer = client.put("/api/v1/me/diversity", json={"step": 4}, headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"step": 4})
    mixed = isbns(client, headers)
    assert mixed != stored
    assert mixed[0] == stored[0], "the best book stays the first"
    client.put("/api/v1/me/diversity", json={"step": None}, headers=headers)
    assert isbns(client, headers) == stored


@pytest.mark.parametrize("step", [5, -1, "much", 1.5])
def test_impossible_steps_are_refused(client: Client, step: object) -> None:
    headers = register(client, liked_isbns=[LIKED])
    answer = client.put("/api/v1/me/diversity", json={"step": step}, headers=headers)
    assert answer.status_code == 400
    assert "step" in answer.text


def test_the_form_on_the_home_page_moves_it_too(client: Client) -> None:
    register(client, liked_isbns=[LIKED])
    sign_in(client)
    page = client.get("/").text
    assert 'type="range" min="0" max="4" step="1" value="0"' in page
    form = {"csrf_token": form_token(page), "step": "3"}
    answer = client.post("/me/diversity", data=form, follow_redirects=True)
    assert "Your shelf is mixed anew." in answer.text
    assert 'value="3"' in client.get("/").text
    assert client.post("/me/diversity", data={**form, "step": "9"}).status_code == 400


def test_a_visitor_has_no_slider(client: Client) -> None:
    assert 'type="range"' not in client.get("/").text


def test_the_shops_step_is_for_those_who_have_not_moved_it(client: Client, home: Home) -> None:
    headers = register(client, liked_isbns=[LIKED])
    stored = isbns(client, headers)
    settings(home, diversity="4")
    mixed = isbns(client, headers)
    assert mixed != stored
    client.put("/api/v1/me/diversity", json={"step": 0}, headers=headers)
    assert isbns(client, headers) == stored


def test_an_author_has_so_many_of_the_first_ten(client: Client, home: Home) -> None:
    headers = register(client, liked_isbns=[LIKED])

    def most(limit: int) -> int:
        answer = client.get("/api/v1/me/recommendations?limit=10", headers=headers).json()
        authors = [item["book"]["author"] for item in answer["items"]]
        assert len(authors) == 10
        return max(authors.count(author) for author in authors if author)

    before = most(0)
    assert before > 1
    settings(home, most_of_author=str(before - 1))
    assert most(before - 1) == before - 1


def test_neighbours_of_listed_books_give_way(home: Home, snapshot_id: str) -> None:
    snapshot = Snapshot(home.snapshots / snapshot_id)
    book = find_book(snapshot, LIKED)
    assert book is not None
    similar = [item.book for item in similar_books(snapshot, book, 4)[1]]
    (isbn,) = snapshot.rows(
        "select isbn from book where category not in (?, '') and author <> '' limit 1",
        (book.category,),
    )[0]
    stranger = find_book(snapshot, isbn)
    assert stranger is not None
    books = [book, *similar, stranger]
    listed = [ListedBook(item, 1 - place / 10) for place, item in enumerate(books)]
    nobody = ReaderHistory(None, {})
    same = diversify(snapshot, nobody, listed, DiversitySettings())
    assert same == listed
    mixed = diversify(snapshot, nobody, listed, DiversitySettings(0.9))
    assert [item.book for item in mixed[:2]] == [book, stranger]
    assert sorted(mixed, key=lambda item: -item.score) == listed
    assert all(one.score > other.score for one, other in pairwise(listed))
    assert np.isfinite([item.score for item in mixed]).all()


def test_an_arm_of_an_experiment_has_lists_of_its_own(client: Client, home: Home) -> None:
    headers = register(client, liked_isbns=[LIKED])
    stored = isbns(client, headers)
    with opened(home.shop_database) as connection:
        arms = {"a": {"diversity": "4"}, "b": {"diversity": "4"}}
        in_transaction(connection, lambda c: create_experiment(c, "mix", arms, 100))
    assert isbns(client, headers) != stored
    with opened(home.shop_database) as connection:
        in_transaction(connection, lambda c: stop_experiment(c, "mix"))
    assert isbns(client, headers) == stored
