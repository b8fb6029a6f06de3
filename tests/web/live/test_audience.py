"""Next books for an audience of three, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.web.live.audience import Audience
from bookrec.web.live.candidates import Candidates
from bookrec.web.store.catalogue import CatalogueBook


def book(number: int, author: str, work: int | None = None) -> CatalogueBook:
    return CatalogueBook(
        *(number, str(number) * 3, work or number * 10, f"Title {number}", author, None, "", ""),
        *(None, 0, 5, None, "", "en", "", None),
    )


BOOKS = [book(1, "Austen"), book(2, "King"), book(3, "King"), book(4, "Doyle")]
INTEREST = {
    7: np.array([0.9, 0.2, 0.1, 0.0]),
    8: np.array([0.8, 0.1, 0.3, 0.0]),
    9: np.array([0.0, 0.6, 0.2, 0.5]),
}


def audience_of_three() -> Audience:
    audience = Audience(Candidates(BOOKS), "fair")
    audience.join({member: INTEREST[member] for member in (7, 8)})
    audience.join({member: INTEREST[member] for member in (8, 9)})
    return audience


def anything(_: str) -> bool:
    return True


def test_the_next_books_come_with_whom_they_reach() -> None:
    audience = audience_of_three()
    first = audience.next_books(2, anything)
    assert [item.book.book_id for item in first] == [1, 2]
    assert first[0].share == pytest.approx(1.7 / 3)
    assert (first[0].interested, first[0].unserved) == (2, 2)
    assert [i.book.book_id for i in audience.next_books(9, lambda isbn: isbn != "111")] == [2, 3, 4]


def test_a_reaction_turns_to_those_who_found_nothing() -> None:
    audience = audience_of_three()
    none = np.zeros(0, np.int64), np.zeros(0)
    audience.show(BOOKS[0], none)
    for member in (7, 8):
        audience.react(member, "111", liked=True)
    audience.react(9, "444", liked=True)  # never shown
    audience.react(99, "111", liked=True)  # nobody
    following = audience.next_books(9, anything)
    assert [item.book.book_id for item in following] == [2, 4, 3]
    assert [item.unserved for item in following] == [1, 0, 0]  # .6, .5 (to even), .2
    audience.attend({9})
    assert [i.book.book_id for i in audience.next_books(1, anything)] == [2]
    assert audience.next_books(1, anything)[0].share == pytest.approx(0.6)


def test_neighbours_are_candidates_by_their_work() -> None:
    audience = audience_of_three()
    places, weights = audience.neighbours([(99, 0.8), (30, 0.4), (10, 0.2), (30, 0.1)])
    assert places.tolist() == [2, 0]
    np.testing.assert_allclose(weights, [0.5, 0.25])
    assert audience.neighbours([])[0].tolist() == []


def test_a_book_of_the_host_own_choice_may_be_no_candidate() -> None:
    audience = audience_of_three()
    stranger, edition = book(8, "Nobody"), book(9, "Austen", work=10)
    reach = audience.reach([stranger, edition])
    assert (reach[0].share, reach[0].interested) == (None, 0)
    assert reach[1].share == pytest.approx(1.7 / 3)
    audience.show(stranger, audience.neighbours([(20, 0.7)]))
    audience.react(7, stranger.isbn, liked=True)
    raised = audience.reach([BOOKS[1]])[0].share
    assert raised is not None
    assert raised > 0.9 / 3
    assert len(audience.next_books(9, anything)) == 4


def test_the_taste_is_that_of_those_who_are_here() -> None:
    audience = audience_of_three()
    # All four books are among everybody's ten.
    assert audience.favourites(lambda b: b.author) == [
        ("King", 0.5),
        ("Austen", 0.25),
        ("Doyle", 0.25),
    ]
    assert audience.favourites(lambda b: "" if b.author == "King" else b.author) == [
        ("Austen", 0.5),
        ("Doyle", 0.5),
    ]
    audience.attend(set())
    assert audience.favourites(lambda b: b.author) == []


def test_the_taste_follows_reactions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bookrec.web.live.audience.FAVOURITES", 1)
    audience = audience_of_three()
    assert dict(audience.favourites(lambda b: b.title)) == {
        "Title 1": pytest.approx(2 / 3),
        "Title 2": pytest.approx(1 / 3),
    }
    audience.show(BOOKS[2], (np.array([3]), np.array([1.0])))
    for _ in range(3):
        audience.react(9, "333", liked=True)
    assert dict(audience.favourites(lambda b: b.title)) == {
        "Title 1": pytest.approx(2 / 3),
        "Title 4": pytest.approx(1 / 3),
    }


def test_nobody_and_nothing() -> None:
    audience = Audience(Candidates([]), "average")
    assert audience.next_books(3, anything) == []
    assert audience.favourites(lambda b: b.author) == []
    audience = Audience(Candidates(BOOKS), "average")
    assert [i.book.book_id for i in audience.next_books(2, anything)] == [1, 2]
    assert audience.next_books(1, anything)[0].share == 0
