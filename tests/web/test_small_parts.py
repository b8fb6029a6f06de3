"""Pure parts of the site: ISBN forms, match expressions, passwords, usernames, languages, tokens."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookrec.errors import BookrecError, NoSnapshot
from bookrec.settings import Home, templates_directory
from bookrec.text import fold
from bookrec.web.accounts import passwords
from bookrec.web.accounts.accounts import fold_username, username_problem
from bookrec.web.accounts.passwords import password_problem
from bookrec.web.kit.csrf import FormTokens, sent_from_here, tokens_match
from bookrec.web.kit.metrics import Histogram
from bookrec.web.kit.site_settings import from_environment
from bookrec.web.kit.translations import choose_language, load_translations, preferred_language
from bookrec.web.request.page_request import local_path
from bookrec.web.store.search import isbn_forms, match_expression
from bookrec.web.store.snapshot_reader import SnapshotWatch
from small_snapshot import build_snapshot


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("080442957X", ["080442957X", "9780804429573"]),
        ("0-8044-2957-x", ["080442957X", "9780804429573"]),
        ("978-0-8044-2957-3", ["9780804429573", "080442957X"]),
        ("979-10-90636-07-1", ["9791090636071"]),
        ("1984", []),
        ("12345678901", []),
        ("not an isbn", []),
    ],
)
def test_isbn_forms(text: str, forms: list[str]) -> None:
    assert isbn_forms(text) == forms


@pytest.fixture(scope="module")
def index() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.execute(
        "create virtual table book_search using fts5 (title, author, isbn,"
        " tokenize = 'unicode61', prefix = '2 3')"
    )
    connection.execute("insert into book_search values ('emma', 'jane austen', '0141439580')")
    return connection


@given(q=st.text(max_size=40), author=st.text(max_size=20))
def test_every_text_is_a_query(index: sqlite3.Connection, q: str, author: str) -> None:
    expression = match_expression(q, author)
    assert bool(expression) == bool(fold(q) or fold(author))
    if expression:
        index.execute(
            "select count(*) from book_search where book_search match ?", (expression,)
        ).fetchone()


@given(st.text(max_size=30))
def test_a_local_path_starts_with_one_slash(text: str) -> None:
    for candidate in (text, f"/{text}", f"//{text}"):
        path = local_path(candidate)
        assert path.startswith("/")
        assert not path.startswith(("//", "/\\"))
        assert path in ("/", candidate)


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("seven77", "password_short"),
        ("ação", "password_short"),
        ("x" * 257, "password_long"),
        ("x1y2" * 64, None),
        ("Password1", "password_common"),
        ("iloveyou", "password_common"),
        ("Thu.Dang", "password_common"),
        ("thu.dang12", "password_common"),
        ("thu.dang-and-more", None),
        ("mật khẩu", None),
        ("        ", None),
    ],
)
def test_passwords(password: str, problem: str | None) -> None:
    assert password_problem(password, "thu.dang") == problem


def test_hashes_are_argon2id_with_a_salt_each() -> None:
    first, second = passwords.hash_password("a-password"), passwords.hash_password("a-password")
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second


def test_generated_passwords_are_acceptable() -> None:
    made = {passwords.generate_password() for _ in range(50)}
    assert len(made) == 50
    assert all(password_problem(password, "anna") is None for password in made)


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("anna", True),
        ("Đặng.Thu", True),
        ("Дмитрий_1", True),
        ("李小龙", True),
        ("नमस्ते", True),
        ("a-b", True),
        ("ab", False),
        ("a" * 40, True),
        ("a" * 41, False),
        ("a b c", False),
        ("a@b.c", False),
        ("<b>", False),
        ("anna\n", False),
        ("an\u200bna", False),
        ("", False),
    ],
)
def test_usernames(name: str, fits: bool) -> None:
    assert (username_problem(name) is None) == fits


def test_usernames_are_unique_without_case_or_width() -> None:
    assert fold_username("Straße") == fold_username("STRASSE")
    assert fold_username("Ａnna") == fold_username("anna")
    assert fold_username("Thu") != fold_username("Thư")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("vi", "vi"),
        ("vi-VN,vi;q=0.9,en;q=0.8", "vi"),
        ("en;q=0.9, vi;q=0.95", "vi"),
        ("fr, de", "en"),
        ("vi;q=0", "en"),
        ("vi;q=x", "en"),
        (",,;q=1,", "en"),
        ("EN-us", "en"),
    ],
)
def test_accept_language(header: str, language: str) -> None:
    assert preferred_language(header) == language


def test_the_cookie_of_a_language_wins() -> None:
    assert choose_language({"lang": "vi"}, "en") == "vi"
    assert choose_language({"lang": "xx"}, "vi") == "vi"


def test_a_damaged_po_file_is_a_sentence(tmp_path: Path) -> None:
    directory = tmp_path / "locale" / "vi" / "LC_MESSAGES"
    directory.mkdir(parents=True)
    (directory / "bookrec.po").write_text("no catalogue\n", encoding="utf-8")
    with pytest.raises(BookrecError, match=r"bookrec\.po"):
        load_translations(tmp_path, "vi")
    assert load_translations(templates_directory(), "en").gettext("Search") == "Search"


def test_form_tokens_are_bound_to_key_and_session() -> None:
    tokens, others = FormTokens(b"k" * 32), FormTokens(b"o" * 32)
    assert tokens.for_session("a") != tokens.for_session("b")
    assert tokens.for_session("a") != others.for_session("a")
    visitor = tokens.new_visitor()
    assert tokens.is_visitor(visitor)
    assert not others.is_visitor(visitor)
    assert tokens.for_visitor(visitor) != tokens.for_visitor(tokens.new_visitor())
    assert tokens.for_visitor("forged.00") == ""
    assert not tokens_match("", "")


def test_where_a_form_comes_from() -> None:
    assert sent_from_here({}, "shop.example")
    assert sent_from_here({"origin": "https://shop.example"}, "shop.example")
    assert not sent_from_here({"origin": "https://shop.example:444"}, "shop.example")
    assert not sent_from_here({"origin": "null"}, "shop.example")
    assert not sent_from_here({"origin": ""}, "shop.example")
    assert not sent_from_here({"origin": "null"}, "")
    assert not sent_from_here({"origin": "x", "referer": "https://shop.example/"}, "shop.example")


def test_settings_from_the_environment() -> None:
    chosen = from_environment({"BOOKREC_REMOTE_COVERS": "1"})
    assert (chosen.remote_covers, chosen.secure_cookies) == (True, False)
    with pytest.raises(BookrecError, match="BOOKREC_SECURE_COOKIES"):
        from_environment({"BOOKREC_SECURE_COOKIES": "yes"})


def test_histograms_are_cumulative() -> None:
    histogram = Histogram()
    for duration in (0.0005, 0.001, 0.3, 99.0):
        histogram.add(duration)
    lines = histogram.lines("x", 'a="b"')
    assert 'x_bucket{a="b",le="0.001"} 2' in lines
    assert 'x_bucket{a="b",le="0.25"} 2' in lines
    assert 'x_bucket{a="b",le="0.5"} 3' in lines
    assert lines[-3:] == [
        'x_bucket{a="b",le="+Inf"} 4',
        'x_sum{a="b"} 99.301500',
        'x_count{a="b"} 4',
    ]


def test_the_watch_looks_at_most_as_often_as_told(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    watch = SnapshotWatch(home.snapshots, check_every_s=1.0)
    with pytest.raises(NoSnapshot):
        watch.current()
    first = build_snapshot(home)
    now[0] = 100.9
    with pytest.raises(NoSnapshot):
        watch.current()
    now[0] = 101.0
    held = watch.current()
    assert held.snapshot_id == first
    second = build_snapshot(home)
    now[0] = 101.9
    assert watch.current() is held
    now[0] = 102.1
    assert watch.current().snapshot_id == second
    assert held.row("select count(*) from book") is not None
