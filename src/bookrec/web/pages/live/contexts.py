"""Contexts of the pages of live sessions; see `bookrec.web.contexts`."""

from __future__ import annotations

import msgspec

from bookrec.web.contexts.books import BookCard
from bookrec.web.owner.plots import Plot


class SessionRow(msgspec.Struct, frozen=True):
    """A session in the host's list."""

    session_id: int
    name: str
    started_at: int
    open: bool


class SessionsPage(msgspec.Struct, frozen=True):
    """``/host``"""

    sessions: list[SessionRow]
    rules: list[str]
    name: str = ""
    problem: str = ""
    """'name' = the name is not taken."""


class ShownCard(msgspec.Struct, frozen=True):
    """A shown book, and the members that said each thing of it."""

    book: BookCard
    likes: int
    wants: int
    dismissals: int
    questions: int
    carts: int


class NextCard(msgspec.Struct, frozen=True):
    """A book that the host may show."""

    book: BookCard
    percent: str
    """Expected share of interested people in words; '' for a book that is no candidate."""
    interested: int
    unserved: int


class QuestionRow(msgspec.Struct, frozen=True):
    """A question of a member about a book."""

    text: str
    title: str


class TastePlot(msgspec.Struct, frozen=True):
    """Shares of the audience's likeliest books: of 'authors', 'categories' or 'languages'."""

    name: str
    plot: Plot


class HostParts(msgspec.Struct, frozen=True):
    """Parts of the host's page that change while a session goes on."""

    joined: int
    here: int
    readers: int
    served: int
    unserved: int
    stage: ShownCard | None
    shown: list[ShownCard]
    next_books: list[NextCard]
    by_cosine: list[BookCard]
    queue: list[NextCard]
    questions: list[QuestionRow]
    tastes: list[TastePlot]
    open: bool


class HostPage(msgspec.Struct, frozen=True):
    """``/host/{session}``"""

    session_id: int
    name: str
    rule: str
    link: str
    qr: str
    """The link as SVG."""
    parts: HostParts
    after: int
    """Number of the latest event on this page."""
    q: str
    hits: list[BookCard]


class AudienceParts(msgspec.Struct, frozen=True):
    """Parts of the audience's page that change while a session goes on."""

    book: BookCard | None
    """The book on stage; None before the first, and after the end."""
    pressed: frozenset[str]
    """Reactions of this member to it: 'like', 'want', 'dismiss', 'cart', 'question'."""
    shown: list[BookCard]
    """Books shown, the latest first; only after the end."""
    open: bool


class AudiencePage(msgspec.Struct, frozen=True):
    """``/live/{code}``"""

    code: str
    name: str
    joined: bool
    problem: str
    """'full' = nobody can join any more; '' = none."""
    recorded: bool
    """Whether reactions are noted in the shop's events as well."""
    parts: AudienceParts
    after: int
    """Number of the event that changed the stage last."""


class ReportRow(msgspec.Struct, frozen=True):
    """A shown book in the report."""

    book: BookCard
    at: int
    likes: int
    wants: int
    dismissals: int
    questions: int
    carts: int
    sold: int


class ReportPage(msgspec.Struct, frozen=True):
    """``/host/{session}/report``"""

    session_id: int
    name: str
    started_at: int
    ended_at: int | None
    joined: int
    readers: int
    served: int
    shown: list[ReportRow]
    questions: list[QuestionRow]
    learnt: dict[str, int]
    """Kind of the shop's event → number."""
    learnt_people: int
