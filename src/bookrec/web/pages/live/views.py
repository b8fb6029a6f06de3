"""Conversion of a session's view and state to the templates' Structs."""

from __future__ import annotations

from typing import Final

from bookrec.web.live.audience import NextBook
from bookrec.web.live.host_view import HostView, ShownBook
from bookrec.web.live.room import Room
from bookrec.web.owner.plot_words import share_words
from bookrec.web.owner.plots import bars
from bookrec.web.pages.cards import PublicView, book_card
from bookrec.web.pages.live.contexts import (
    AudienceParts,
    HostParts,
    NextCard,
    QuestionRow,
    ShownCard,
    TastePlot,
)
from bookrec.web.store.catalogue import books_by_isbn

_LINE_WIDTH: Final = 9
"""Letters that fit below one of five bars."""
_TASTES: Final = ("authors", "categories", "languages")


def host_parts(page: PublicView, view: HostView, language: str) -> HostParts:
    """Return what the host sees now.

    Args:
        page: has the covers' addresses, prices and stock.
        view: of the session.
        language: of the numbers.
    """
    words = share_words(language)
    return HostParts(
        joined=view.joined,
        here=view.here,
        readers=view.readers,
        served=view.served,
        unserved=view.unserved,
        stage=None if view.stage is None else _shown(page, view.stage),
        shown=[_shown(page, book) for book in view.shown],
        next_books=[_next(page, item, language) for item in view.next_books],
        by_cosine=[book_card(page, book) for book in view.by_cosine],
        queue=[_next(page, item, language) for item in view.queue],
        questions=[QuestionRow(q.text, q.title) for q in view.questions],
        tastes=[
            TastePlot(
                name,
                bars(
                    [label for label, _ in shares],
                    [share for _, share in shares],
                    words,
                    line_width=_LINE_WIDTH,
                ),
            )
            for name in _TASTES
            # A single bar says nothing.
            if len(shares := view.tastes[name]) > 1
        ],
        open=not view.ended,
    )


def audience_parts(page: PublicView, room: Room, member_id: int) -> AudienceParts:
    """Return what a member sees now; 0 for the view of everybody who has not reacted."""
    state = room.state
    over = state.ended or not room.session.is_open
    isbns = [s.isbn for s in reversed(state.staged)] if over else []
    stage = None if over or state.on_stage is None else state.on_stage.isbn
    books = books_by_isbn(page.snapshot, [*isbns, *([stage] if stage else [])])
    reactions = state.reactions.get(stage or "")
    pressed = reactions.of_member(member_id) if reactions else set()
    return AudienceParts(
        book=book_card(page, books[stage]) if stage and stage in books else None,
        pressed=frozenset(pressed),
        shown=[book_card(page, books[isbn]) for isbn in isbns if isbn in books],
        open=not over,
    )


def _shown(page: PublicView, shown: ShownBook) -> ShownCard:
    return ShownCard(
        book=book_card(page, shown.book),
        likes=shown.likes,
        wants=shown.wants,
        dismissals=shown.dismissals,
        questions=shown.questions,
        carts=shown.carts,
    )


def _next(page: PublicView, item: NextBook, language: str) -> NextCard:
    return NextCard(
        book=book_card(page, item.book),
        percent="" if item.share is None else share_words(language)(item.share),
        interested=item.interested,
        unserved=item.unserved,
    )
