"""View of a live session for its host: who is here, the stage, the next books, reactions, the queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from bookrec.web.live.audience import Audience, NextBook
from bookrec.web.live.room_state import Reactions, RoomState
from bookrec.web.store.catalogue import CatalogueBook

NEXT: Final = 8
"""Books that the host is offered."""
_QUESTIONS: Final = 20
_LABELS: Final = 5
"""Authors, categories or languages that the taste of the audience names."""


@dataclass(frozen=True)
class ShownBook:
    """A book that was on stage, and the number of members for each reaction."""

    book: CatalogueBook
    likes: int
    wants: int
    dismissals: int
    questions: int
    carts: int
    on_stage: bool


@dataclass(frozen=True)
class AskedQuestion:
    """A question of a member."""

    text: str
    title: str


@dataclass(frozen=True)
class HostView:
    """Everything that the host sees, after an event."""

    event_id: int
    joined: int
    here: int
    readers: int
    """Members here who have an account."""
    served: int
    """Members here who liked a shown book."""
    stage: ShownBook | None
    shown: list[ShownBook]
    """Books shown so far, the latest first."""
    next_books: list[NextBook]
    by_cosine: list[CatalogueBook]
    """Next books by plain cosine collaborative filtering (`by_cosine`), best first."""
    queue: list[NextBook]
    questions: list[AskedQuestion]
    """The latest first."""
    tastes: dict[str, list[tuple[str, float]]]
    """``authors``, ``categories``, ``languages`` → label and share of the members' likeliest books."""
    ended: bool

    @property
    def unserved(self) -> int:
        """Members here who have liked nothing yet."""
        return self.here - self.served


@dataclass(frozen=True)
class Facts:
    """State of a session at one moment, copied for a worker thread."""

    event_id: int
    joined: int
    here: frozenset[int]
    readers: int
    served: int
    shown: list[ShownBook]
    queued: list[CatalogueBook]
    by_cosine: list[CatalogueBook]
    questions: list[AskedQuestion]
    ended: bool


def facts_of(
    state: RoomState,
    books: Mapping[str, CatalogueBook],
    here: frozenset[int],
    with_account: frozenset[int],
    by_cosine: list[CatalogueBook],
) -> Facts:
    """Return the facts of a state.

    Args:
        state: of the session.
        books: shown and queued books by ISBN; those that the catalogue has lost are left out.
        here: members who are here.
        with_account: members who are readers.
        by_cosine: next books by cosine.
    """
    on_stage = state.on_stage.isbn if state.on_stage else ""
    return Facts(
        event_id=state.event_id,
        joined=len(state.members),
        here=here,
        readers=len(with_account & here),
        served=len(state.served & here),
        shown=[
            shown_book(books[s.isbn], state.reactions[s.isbn], on_stage=s.isbn == on_stage)
            for s in reversed(state.staged)
            if s.isbn in books
        ],
        queued=[books[isbn] for isbn in state.queue if isbn in books],
        by_cosine=by_cosine,
        questions=[
            AskedQuestion(q.text, books[q.isbn].title if q.isbn in books else "")
            for q in reversed(state.questions[-_QUESTIONS:])
        ],
        ended=state.ended,
    )


def host_view(audience: Audience, facts: Facts, buyable: Callable[[str], bool]) -> HostView:
    """Return the view of a session; for a worker thread.

    Args:
        audience: knows all events of the facts.
        facts: of the session's state.
        buyable: whether the book of an ISBN can be bought now.
    """
    audience.attend(facts.here)
    waiting = {book.work_id for book in facts.queued}
    offered = audience.next_books(NEXT + len(waiting), buyable)
    labels: dict[str, Callable[[CatalogueBook], str]] = {
        "authors": lambda book: book.author,
        "categories": lambda book: book.category,
        "languages": lambda book: book.language,
    }
    return HostView(
        event_id=facts.event_id,
        joined=facts.joined,
        here=len(facts.here),
        readers=facts.readers,
        served=facts.served,
        stage=next((book for book in facts.shown if book.on_stage), None),
        shown=facts.shown,
        next_books=[item for item in offered if item.book.work_id not in waiting][:NEXT],
        by_cosine=facts.by_cosine,
        queue=audience.reach(facts.queued),
        questions=facts.questions,
        tastes={name: audience.favourites(label)[:_LABELS] for name, label in labels.items()},
        ended=facts.ended,
    )


def shown_book(book: CatalogueBook, reactions: Reactions, *, on_stage: bool) -> ShownBook:
    """Return a shown book with the counts of its reactions."""
    return ShownBook(
        book=book,
        likes=len(reactions.like),
        wants=len(reactions.want),
        dismissals=len(reactions.dismiss),
        questions=len(reactions.question),
        carts=len(reactions.cart),
        on_stage=on_stage,
    )
