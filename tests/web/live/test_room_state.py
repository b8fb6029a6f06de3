"""State of a session from its events, by hand."""

from __future__ import annotations

from bookrec.shop.live.live_events import Kind, LiveEvent
from bookrec.web.live.room_state import RoomState, liking

A, B, C = "111", "222", "333"


def event(
    number: int,
    kind: Kind,
    member: int | None = None,
    isbn: str = "",
    text: str = "",
    place: int = 0,
) -> LiveEvent:
    return LiveEvent(number, 1, member, kind, isbn, text, place, at=number)


def test_the_host_stages_and_arranges_the_queue() -> None:
    state = RoomState(
        [event(n, "queued", None, isbn) for n, isbn in enumerate((A, B, C, B), start=1)]
    )
    assert state.queue == [A, B, C]
    state.apply(event(5, "moved", None, C, place=0))
    assert state.queue == [C, A, B]
    state.apply(event(6, "moved", None, C, place=9))
    assert state.queue == [A, B, C]
    state.apply(event(7, "removed", None, A))
    assert state.stage_id == 0
    state.apply(event(8, "staged", None, C))
    assert (state.queue, state.stage_id) == ([B], 8)
    state.apply(event(9, "staged", None, A))
    state.apply(event(10, "staged", None, C))
    # Shown again, a book keeps its place and its reactions.
    assert [staged.isbn for staged in state.staged] == [C, A]
    assert state.on_stage is not None
    assert (state.on_stage.isbn, state.stage_id) == (C, 10)
    state.apply(event(11, "ended"))
    assert (state.ended, state.stage_id) == (True, 11)


def test_the_last_word_of_a_member_counts() -> None:
    state = RoomState([event(1, "joined", 7), event(2, "joined", 8), event(3, "staged", None, A)])
    for number, (kind, member) in enumerate(
        [("like", 7), ("want", 7), ("dismiss", 8), ("dismiss", 7), ("like", 8), ("cart", 8)],
        start=4,
    ):
        state.apply(event(number, kind, member, A))  # type: ignore[arg-type]
    reactions = state.reactions[A]
    assert (reactions.like, reactions.want, reactions.dismiss) == ({8}, set(), {7})
    assert reactions.of_member(8) == {"like", "cart"}
    assert state.served == {8}
    state.apply(event(10, "question", 7, A, "Why?"))
    assert [(q.isbn, q.text) for q in state.questions] == [(A, "Why?")]
    assert reactions.of_member(7) == {"dismiss", "question"}


def test_a_reaction_to_a_book_that_was_not_shown_changes_nothing() -> None:
    state = RoomState([event(1, "joined", 7), event(2, "like", 7, B)])
    assert state.reactions == {}
    assert state.event_id == 2


def test_an_event_counts_once_and_in_order() -> None:
    state = RoomState([event(1, "joined", 7)])
    assert state.apply(event(4, "left", 7))
    assert not state.apply(event(4, "joined", 7))
    assert not state.apply(event(3, "joined", 9))
    assert (state.gone, list(state.members)) == ({7}, [7])
    state.apply(event(5, "joined", 7))
    assert state.gone == set()


def test_what_a_reaction_says_of_a_book() -> None:
    kinds: list[Kind] = ["like", "want", "cart", "dismiss", "question", "joined", "staged"]
    assert [liking(event(1, kind)) for kind in kinds] == [True, True, True, False, None, None, None]
