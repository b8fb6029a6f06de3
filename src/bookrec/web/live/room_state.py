"""State of a live session, as its events make it: members, stage, reactions, questions, queue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from bookrec.shop.live.live_events import REACTIONS, LiveEvent

LIKE: Final = "like"
DISMISS: Final = "dismiss"
_POSITIVE: Final = frozenset({"like", "want", "cart"})


@dataclass(frozen=True)
class Staged:
    """A book that the host showed."""

    event_id: int
    """Number of the event by which it came on stage."""
    isbn: str
    at: int


@dataclass(frozen=True)
class Question:
    """A question of a member about a book."""

    event_id: int
    isbn: str
    text: str


@dataclass
class Reactions:
    """Reactions to a shown book, each a set of ``member_id``."""

    like: set[int] = field(default_factory=set)
    want: set[int] = field(default_factory=set)
    dismiss: set[int] = field(default_factory=set)
    cart: set[int] = field(default_factory=set)
    question: set[int] = field(default_factory=set)

    @property
    def members(self) -> set[int]:
        """Everybody who reacted."""
        return self.like | self.want | self.dismiss | self.cart | self.question

    def of_member(self, member_id: int) -> set[str]:
        """Kinds of reactions of a member."""
        return {kind for kind in REACTIONS if member_id in getattr(self, kind)}


class RoomState:
    """A session's state after some of its events."""

    def __init__(self, events: Iterable[LiveEvent] = ()) -> None:
        self.event_id = 0
        """Number of the latest event."""
        self.members: dict[int, None] = {}
        """Everybody who joined, in order."""
        self.gone: set[int] = set()
        """Members who left."""
        self.staged: list[Staged] = []
        """Books in the order of showing; each once, at its first time."""
        self.on_stage: Staged | None = None
        self.reactions: dict[str, Reactions] = {}
        """By ISBN of the shown books."""
        self.questions: list[Question] = []
        self.queue: list[str] = []
        """ISBNs, the next first."""
        self.ended = False
        for event in events:
            self.apply(event)

    @property
    def stage_id(self) -> int:
        """Number of the event that changed the stage last; 0 before the first."""
        return self.event_id if self.ended else self.on_stage.event_id if self.on_stage else 0

    @property
    def served(self) -> set[int]:
        """Members who liked, want or bought a shown book."""
        sets = [r.like | r.want | r.cart for r in self.reactions.values()]
        return set().union(*sets)

    def staged_as(self, isbn: str) -> Staged | None:
        """Return the first showing of a book; None for a book that was not on stage."""
        return next((staged for staged in self.staged if staged.isbn == isbn), None)

    def apply(self, event: LiveEvent) -> bool:
        """Take the next event in; False for one that is in already."""
        if event.event_id <= self.event_id:
            return False
        self.event_id = event.event_id
        if event.member_id is None:
            self._host(event)
        else:
            self._member(event, event.member_id)
        return True

    def _host(self, event: LiveEvent) -> None:
        isbn = event.isbn
        if event.kind == "ended":
            self.ended = True
            return
        before = isbn in self.queue
        if event.kind == "queued":
            if not before:
                self.queue.append(isbn)
            return
        if before:
            self.queue.remove(isbn)
        if event.kind == "moved" and before:
            self.queue.insert(max(event.place or 0, 0), isbn)
        elif event.kind == "staged":
            self.on_stage = Staged(event.event_id, isbn, event.at)
            if isbn not in self.reactions:
                self.reactions[isbn] = Reactions()
                self.staged.append(self.on_stage)

    def _member(self, event: LiveEvent, member_id: int) -> None:
        if event.kind == "joined":
            self.members[member_id] = None
            self.gone.discard(member_id)
        elif event.kind == "left":
            self.gone.add(member_id)
        elif (reactions := self.reactions.get(event.isbn)) is not None:
            getattr(reactions, event.kind).add(member_id)
            # The last word counts.
            if event.kind in _POSITIVE:
                reactions.dismiss.discard(member_id)
            elif event.kind == DISMISS:
                reactions.like.discard(member_id)
                reactions.want.discard(member_id)
            elif event.text:
                self.questions.append(Question(event.event_id, event.isbn, event.text))


def liking(event: LiveEvent) -> bool | None:
    """Whether a reaction says that its member likes the book; None for one that says neither."""
    if event.kind in _POSITIVE:
        return True
    return False if event.kind == DISMISS else None
