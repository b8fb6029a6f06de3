"""Members of live sessions: joined once, bounded, nameless in the database."""

from __future__ import annotations

import sqlite3

import pytest

from bookrec.shop.live import members
from bookrec.shop.live.members import (
    SessionFull,
    find_member,
    join,
    members_of,
    touch,
    visitor_digest,
)
from bookrec.shop.live.sessions import create_session


def test_a_person_joins_a_session_once(shop: sqlite3.Connection) -> None:
    first = create_session(shop, "a", "u", "fair", 0).session_id
    second = create_session(shop, "b", "u", "fair", 0).session_id
    reader, is_new = join(shop, first, 10, user_id="shop:7")
    assert is_new
    assert join(shop, first, 20, user_id="shop:7") == (reader, False)
    visitor, _ = join(shop, first, 30, visitor=visitor_digest(first, "token"))
    other, is_new = join(shop, second, 40, user_id="shop:7")
    assert is_new
    assert members_of(shop, first) == [reader, visitor]
    assert members_of(shop, second) == [other]
    assert find_member(shop, first, None, visitor_digest(first, "token")) == visitor
    assert find_member(shop, second, None, visitor_digest(second, "token")) is None


def test_the_cookie_of_a_session_says_nothing_in_another() -> None:
    assert visitor_digest(1, "token") != visitor_digest(2, "token")
    assert "token" not in visitor_digest(1, "token")


def test_a_full_session_takes_nobody_but_those_it_has(
    shop: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "MOST_MEMBERS", 2)
    session = create_session(shop, "a", "u", "fair", 0).session_id
    for user_id in ("a", "b"):
        join(shop, session, 0, user_id=user_id)
    with pytest.raises(SessionFull, match="full"):
        join(shop, session, 0, visitor="v")
    assert not join(shop, session, 0, user_id="b")[1]


def test_signs_of_life_are_stored(shop: sqlite3.Connection) -> None:
    session = create_session(shop, "a", "u", "fair", 0).session_id
    ids = [join(shop, session, 5, user_id=u)[0].member_id for u in "abc"]
    touch(shop, ids[:2], 99)
    assert [m.seen_at for m in members_of(shop, session)] == [99, 99, 5]
