"""Schemas of the JSON API of live sessions."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from bookrec.isbn import MAX_LENGTH
from bookrec.shop.live.live_events import MOST_TEXT, LiveEvent, Reaction
from bookrec.shop.live.report import SessionReport
from bookrec.shop.live.sessions import MOST_NAME, LiveSession, Rule
from bookrec.web.api.schemas import Book, api_book, utc
from bookrec.web.live.audience import NextBook
from bookrec.web.live.host_view import HostView, ShownBook
from bookrec.web.selling.front import ShopFront

Isbn = Annotated[str, Meta(min_length=1, max_length=MAX_LENGTH)]


class NewSessionRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body that opens a session."""

    name: Annotated[str, Meta(min_length=1, max_length=MOST_NAME)]
    rule: Rule = "fair"


class SessionFacts(msgspec.Struct, frozen=True):
    """A live session. Times are ISO 8601, UTC."""

    session: int
    code: str
    """Members join at ``/live/{code}``."""
    name: str
    rule: Rule
    started_at: str
    ended_at: str | None


class SessionList(msgspec.Struct, frozen=True):
    """Open sessions first, then the latest."""

    items: list[SessionFacts]


class HostAction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Deed of the host with a book."""

    action: Annotated[str, Meta(pattern="^(stage|queue|move|remove)$")]
    isbn: Isbn
    place: Annotated[int, Meta(ge=0, le=10_000)] | None = None
    """0-based place in the queue, of ``move`` only."""


class ReactionRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Reaction of a member to a shown book."""

    kind: Reaction
    isbn: Isbn
    text: Annotated[str, Meta(max_length=MOST_TEXT)] = ""
    """Words of a question."""


class EventNumber(msgspec.Struct, frozen=True):
    """Number of a stored event; the stream names it as its id."""

    event: int


class Stage(msgspec.Struct, frozen=True):
    """The session as a member sees it."""

    session: int
    name: str
    open: bool
    joined: bool
    book: Book | None
    """The book on stage."""
    reactions: list[str]
    """Reactions of this member to it."""


class ShownAnswer(msgspec.Struct, frozen=True):
    """A shown book, and the members by reaction."""

    book: Book
    like: int
    want: int
    dismiss: int
    question: int
    cart: int


class NextAnswer(msgspec.Struct, frozen=True):
    """A book that may be shown next."""

    book: Book
    share: float | None
    """Expected share of the people here who like it; null for a book that is no candidate."""
    interested: int
    unserved: int
    """Expected number of interested people who have liked no shown book yet."""


class Question(msgspec.Struct, frozen=True):
    """A question of a member."""

    text: str
    title: str


class Taste(msgspec.Struct, frozen=True):
    """Share of the audience's likeliest books."""

    label: str
    share: float


class HostAnswer(msgspec.Struct, frozen=True):
    """The session as its host sees it, after an event."""

    event: int
    open: bool
    joined: int
    here: int
    readers: int
    served: int
    unserved: int
    stage: ShownAnswer | None
    shown: list[ShownAnswer]
    next: list[NextAnswer]
    by_cosine: list[Book]
    """Next books by plain cosine collaborative filtering, best first, beside ours."""
    queue: list[NextAnswer]
    questions: list[Question]
    tastes: dict[str, list[Taste]]
    """``authors``, ``categories``, ``languages``."""


class ReportedBookAnswer(msgspec.Struct, frozen=True):
    """A shown book in the report."""

    isbn: str
    at: str
    like: int
    want: int
    dismiss: int
    question: int
    cart: int
    sold: int


class ReportAnswer(msgspec.Struct, frozen=True):
    """Report of a session; see docs/live-session.md."""

    session: SessionFacts
    joined: int
    readers: int
    served: int
    shown: list[ReportedBookAnswer]
    questions: list[Question]
    learnt: dict[str, int]
    learnt_people: int


def session_facts(session: LiveSession) -> SessionFacts:
    """Return a session for the API."""
    return SessionFacts(
        session.session_id,
        session.code,
        session.name,
        session.rule,
        utc(session.started_at),
        None if session.ended_at is None else utc(session.ended_at),
    )


def host_answer(view: HostView, front: ShopFront) -> HostAnswer:
    """Return the host's view for the API."""
    return HostAnswer(
        event=view.event_id,
        open=not view.ended,
        joined=view.joined,
        here=view.here,
        readers=view.readers,
        served=view.served,
        unserved=view.unserved,
        stage=None if view.stage is None else _shown(view.stage, front),
        shown=[_shown(book, front) for book in view.shown],
        next=[_next(item, front) for item in view.next_books],
        by_cosine=[api_book(book, front) for book in view.by_cosine],
        queue=[_next(item, front) for item in view.queue],
        questions=[Question(q.text, q.title) for q in view.questions],
        tastes={
            name: [Taste(label, round(share, 4)) for label, share in shares]
            for name, shares in view.tastes.items()
        },
    )


def _shown(shown: ShownBook, front: ShopFront) -> ShownAnswer:
    return ShownAnswer(
        api_book(shown.book, front),
        shown.likes,
        shown.wants,
        shown.dismissals,
        shown.questions,
        shown.carts,
    )


def _next(item: NextBook, front: ShopFront) -> NextAnswer:
    share = None if item.share is None else round(item.share, 4)
    return NextAnswer(api_book(item.book, front), share, item.interested, item.unserved)


def event_json(event: LiveEvent) -> str:
    """Return an event as the stream has it; members are numbers that name nobody."""
    return msgspec.json.encode(
        {
            "event": event.event_id,
            "kind": event.kind,
            "member": event.member_id,
            "isbn": event.isbn or None,
            "text": event.text or None,
            "place": event.place,
            "at": utc(event.at),
        }
    ).decode()


def report_answer(report: SessionReport) -> ReportAnswer:
    """Return a report for the API."""
    return ReportAnswer(
        session=session_facts(report.session),
        joined=report.joined,
        readers=report.readers,
        served=report.served,
        shown=[
            ReportedBookAnswer(
                book.isbn,
                utc(book.at),
                book.likes,
                book.wants,
                book.dismissals,
                book.questions,
                book.carts,
                book.sold,
            )
            for book in report.shown
        ],
        questions=[Question(text, isbn) for isbn, text in report.questions],
        learnt=report.learnt,
        learnt_people=report.learnt_people,
    )
