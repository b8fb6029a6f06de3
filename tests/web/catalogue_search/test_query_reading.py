"""Reading of typed words: every text is a valid expression."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookrec.web.catalogue_search.query_reading import MOST_WORDS, nearest_query, read_query
from bookrec.web.store.snapshot_reader import Snapshot

PIECES = ("emma", "AND", '"', "xq", "(", "dr-", "dracual", "j")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    q=st.one_of(
        st.text(max_size=40),
        st.lists(st.sampled_from(["emma", "AND", '"', "xq", "(", "dr-"])).map(" ".join),
    )
)
def test_every_text_is_a_query(small_snapshot: Snapshot, q: str) -> None:
    query = read_query(small_snapshot, q)
    for reading in (query, nearest_query(small_snapshot, query)):
        if reading is not None and reading.expression:
            statement = "select count(*) from book_search where book_search match ?"
            small_snapshot.slow_rows(statement, (reading.expression,))


def test_long_texts_are_cut(small_snapshot: Snapshot) -> None:
    assert len(read_query(small_snapshot, "emma " * 50).words) == MOST_WORDS


def test_a_leading_article_may_be_missing(small_snapshot: Snapshot) -> None:
    slots = read_query(small_snapshot, "the great expectations").readings[0].slots
    assert [slot.optional for slot in slots] == [True, False, False]


def test_a_joined_word_is_read_as_its_words(small_snapshot: Snapshot) -> None:
    query = read_query(small_snapshot, "thebigsleep")
    assert not query.exact
    assert '"big" AND "sleep"' in query.expression
