"""Live sessions in the shop's database: codes, names, the end."""

from __future__ import annotations

import sqlite3

import pytest

from bookrec.settings import Home
from bookrec.shop.connections import opened
from bookrec.shop.live.sessions import (
    BY_CODE,
    CODE_LENGTH,
    create_session,
    end_session,
    find_session,
    list_sessions,
    name_problem,
    new_code,
)


def test_a_session_is_known_by_number_and_code(shop: sqlite3.Connection) -> None:
    session = create_session(shop, "  Friday \n evening ", "shop:1", "average", 1_000)
    assert (session.name, session.rule, session.started_at) == ("Friday evening", "average", 1_000)
    assert session.is_open
    assert find_session(shop, session.session_id) == session
    assert shop.execute(BY_CODE, (session.code,)).fetchone()[0] == session.session_id
    assert find_session(shop, session.session_id + 1) is None


def test_an_end_is_final_and_open_sessions_come_first(shop: sqlite3.Connection) -> None:
    first, second, third = (create_session(shop, n, "u", "fair", t) for t, n in enumerate("abc"))
    assert end_session(shop, third.session_id, 50)
    assert not end_session(shop, third.session_id, 60)
    ended = find_session(shop, third.session_id)
    assert ended is not None
    assert ended.ended_at == 50
    assert [s.session_id for s in list_sessions(shop)] == [
        second.session_id,
        first.session_id,
        third.session_id,
    ]


@pytest.mark.parametrize(
    ("name", "problem"),
    [("a", None), ("x" * 120, None), (" \n", "has a name"), ("x" * 121, "at most 120")],
)
def test_names_are_checked(name: str, problem: str | None) -> None:
    assert (name_problem(name) is None) is (problem is None)
    assert (problem or "") in (name_problem(name) or "")


def test_codes_differ_and_have_no_look_alikes() -> None:
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(len(code) == CODE_LENGTH and not set(code) & set("01ilo") for code in codes)


def test_an_unknown_rule_is_refused(home: Home) -> None:
    with opened(home.shop_database) as shop, pytest.raises(sqlite3.IntegrityError):
        create_session(shop, "a", "u", "loudest", 0)  # type: ignore[arg-type]
