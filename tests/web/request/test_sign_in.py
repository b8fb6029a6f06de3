"""Sessions, forms, redirects, rate limits: what must not be possible."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import time
import unicodedata

import httpx
import pytest

from bookrec.settings import Home
from bookrec.web.accounts.cli import create_account
from bookrec.web.request.page_request import local_path
from site_testing import PASSWORD, Client, bearer, form_token, open_client, register, sign_in

SESSION = "bookrec_session"


def execute(home: Home, statement: str, *parameters: object) -> list[tuple]:
    with contextlib.closing(sqlite3.connect(home.shop_database, timeout=10)) as connection:
        rows = connection.execute(statement, parameters).fetchall()
        connection.commit()
        return rows


def is_signed_in(client: Client) -> bool:
    return client.get("/me").status_code == 200


# --- sessions -----------------------------------------------------------------------------------


def test_a_session_id_of_the_clients_is_never_adopted(client: Client) -> None:
    register(client)
    client.cookies.set(SESSION, "chosen-by-an-attacker", domain="testserver.local")
    assert not is_signed_in(client)
    assert sign_in(client).status_code == 303
    assert client.cookies[SESSION] != "chosen-by-an-attacker"
    assert is_signed_in(client)
    client.cookies.clear()
    client.cookies.set(SESSION, "chosen-by-an-attacker")
    assert not is_signed_in(client)


def test_signing_in_again_rotates_and_ends_the_old_session(client: Client) -> None:
    register(client)
    sign_in(client)
    old = client.cookies[SESSION]
    page = client.get("/me").text
    answer = client.post(
        "/login",
        data={"username": "anna", "password": PASSWORD, "csrf_token": form_token(page)},
    )
    assert answer.status_code == 303
    assert client.cookies[SESSION] != old
    assert is_signed_in(client)
    client.cookies.clear()
    client.cookies.set(SESSION, old)
    assert not is_signed_in(client)


def test_signing_out_kills_the_token_on_the_server(client: Client) -> None:
    register(client)
    sign_in(client)
    token = client.cookies[SESSION]
    client.post("/logout", data={"csrf_token": form_token(client.get("/me").text)})
    assert SESSION not in client.cookies
    client.cookies.set(SESSION, token)
    assert not is_signed_in(client)


@pytest.mark.parametrize(("column", "age_s"), [("last_seen_at", 7 * 86_400 + 1), ("expires_at", 1)])
def test_sessions_end_idle_and_absolutely(
    client: Client, home: Home, column: str, age_s: int
) -> None:
    register(client)
    sign_in(client)
    assert is_signed_in(client)
    execute(home, f"update session set {column} = ?", int(time.time()) - age_s)
    assert not is_signed_in(client)


def test_use_keeps_a_session_alive_but_not_beyond_its_end(client: Client, home: Home) -> None:
    register(client)
    sign_in(client)
    end = execute(home, "select expires_at from session where kind = 'cookie'")
    earlier = int(time.time()) - 86_400
    execute(home, "update session set last_seen_at = ?", earlier)
    assert is_signed_in(client)
    assert execute(home, "select last_seen_at from session where kind = 'cookie'") > [(earlier,)]
    assert execute(home, "select expires_at from session where kind = 'cookie'") == end


def test_only_a_hash_of_the_cookie_is_stored(client: Client, home: Home) -> None:
    register(client)
    sign_in(client)
    token = client.cookies[SESSION].encode()
    assert all(token not in row[0] for row in execute(home, "select token_hash from session"))
    assert all(len(row[0]) == 32 for row in execute(home, "select token_hash from session"))


# --- who has an account is not told -------------------------------------------------------------


def test_unknown_wrong_and_disabled_look_alike(client: Client, home: Home) -> None:
    register(client, "zz-anna")
    register(client, "zz-gone")
    execute(home, "update account set disabled_at = 1 where username = 'zz-gone'")
    answers = []
    for name, password in (
        ("zz-anna", "wrong-password"),
        ("zz-nobody", PASSWORD),
        ("zz-gone", PASSWORD),
    ):
        answer = sign_in(client, name, password)
        page = re.sub(r"[0-9a-f]{64}", "", answer.text).replace(name, "")
        answers.append((answer.status_code, page))
        api = client.post("/api/v1/session", json={"username": name, "password": password})
        assert (api.status_code, api.json()["detail"]) == (
            401,
            "Username and password do not go together.",
        )
    assert answers[0][0] == 401
    assert answers[0] == answers[1] == answers[2]


def test_an_unknown_username_costs_a_hash_too(
    site_hashes: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []

    class Hasher:
        def __init__(self, real: object) -> None:
            self.real = real

        def verify(self, stored: str, password: str) -> bool:
            verified.append(stored)
            return self.real.verify(stored, password)  # type: ignore[attr-defined]

    from bookrec.web.accounts import passwords

    monkeypatch.setattr(passwords, "_HASHER", Hasher(passwords._HASHER))
    assert sign_in(client, "nobody").status_code == 401
    assert len(verified) == 1
    assert verified[0].startswith("$argon2id$v=19$m=19456,t=2,p=1$")


# --- forms --------------------------------------------------------------------------------------


def rate(client: Client, token: str | None, **headers: str) -> httpx.Response:
    data = {"rating": "9"} | ({"csrf_token": token} if token is not None else {})
    return client.post("/books/0141439580/rating", data=data, headers=headers)


def test_forms_need_the_token_of_their_own_session(client: Client, home: Home) -> None:
    register(client, "other")
    sign_in(client, "other")
    foreign = form_token(client.get("/me").text)
    client.cookies.clear()
    anonymous = form_token(client.get("/login").text)
    register(client)
    sign_in(client)
    session_token = form_token(client.get("/me").text)
    for token in (
        None,
        "",
        "0" * 64,
        foreign,
        anonymous,
        session_token[:-1],
        session_token.upper() + "x",
    ):
        assert rate(client, token).status_code == 403
    assert execute(home, "select count(*) from shop_interaction") == [(0,)]
    assert rate(client, session_token).status_code == 303


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://testserver.local"}, 303),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://testserver.local.evil.example"}, 403),
        ({"referer": "http://testserver.local/books"}, 303),
        ({"referer": "https://evil.example/"}, 403),
        ({"origin": "http://[not-an-address"}, 403),
    ],
)
def test_forms_from_elsewhere_are_refused(
    client: Client, headers: dict[str, str], status: int
) -> None:
    register(client)
    sign_in(client)
    token = form_token(client.get("/me").text)
    assert rate(client, token, **headers).status_code == status


@pytest.mark.parametrize("path", ["/login", "/register", "/claim/x"])
def test_anonymous_forms_are_bound_to_their_visitor(client: Client, path: str) -> None:
    data = {"username": "mallory", "password": PASSWORD, "action": "register"}
    assert client.post(path, data=data).status_code == 403
    token = form_token(client.get("/login").text)
    client.cookies.clear()
    assert client.post(path, data={**data, "csrf_token": token}).status_code == 403
    client.cookies.set("bookrec_visit", "forged.0000")
    assert client.post(path, data={**data, "csrf_token": token}).status_code == 403


def test_nothing_changes_by_get(client: Client, home: Home) -> None:
    register(client)
    sign_in(client)
    for path in ("/logout", "/books/0141439580/rating", "/books/0141439580/rating/delete"):
        assert client.get(path).status_code in (404, 405)
    assert is_signed_in(client)


# --- redirects ----------------------------------------------------------------------------------

ELSEWHERE = [
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/\n/evil.example",
    "evil.example",
    "///evil.example",
    "http:/evil.example",
    "",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_next_never_leads_elsewhere(client: Client, target: str) -> None:
    assert local_path(target) == "/"
    register(client)
    token = form_token(client.get("/login", params={"next": target}).text)
    answer = client.post(
        "/login",
        data={"username": "anna", "password": PASSWORD, "next": target, "csrf_token": token},
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    page = client.get("/me").text
    rated = client.post(
        "/books/0141439580/rating",
        data={"rating": "5", "next": target or "x", "csrf_token": form_token(page)},
    )
    assert rated.headers["location"] == "/"


def test_next_keeps_a_local_path(client: Client) -> None:
    register(client)
    token = form_token(client.get("/login?next=/books%3Fq%3D%C4%91%E1%BA%A5t").text)
    answer = client.post(
        "/login",
        data={
            "username": "anna",
            "password": PASSWORD,
            "next": "/books?q=đất&page=2",
            "csrf_token": token,
        },
    )
    assert answer.headers["location"] == "/books?q=%C4%91%E1%BA%A5t&page=2"


# --- rate limits --------------------------------------------------------------------------------


def attempt(client: Client, username: str, password: str = "wrong-password") -> httpx.Response:
    return client.post("/api/v1/session", json={"username": username, "password": password})


def test_attempts_on_a_username_are_limited_before_hashing(
    client: Client, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(client, "anna")
    register(client, "berta")
    for _ in range(10):
        assert attempt(client, "Anna").status_code == 401

    async def never(*_: object) -> object:
        raise AssertionError("hashed although refused")

    with monkeypatch.context() as patched:
        patched.setattr("bookrec.web.accounts.passwords.Passwords.verify", never)
        refused = attempt(client, "anna", PASSWORD)
        assert refused.status_code == 429
        assert refused.headers["content-type"] == "application/problem+json"
        assert 0 < int(refused.headers["retry-after"]) <= 900
        page = sign_in(client, "ANNA")
        assert page.status_code == 429
        assert int(page.headers["retry-after"]) > 0
    assert attempt(client, "berta", PASSWORD).status_code == 201
    execute(home, "update sign_in_attempt set at = at - 901")
    assert attempt(client, "anna", PASSWORD).status_code == 201


def test_signing_in_forgives_the_username_but_not_the_address(home: Home, snapshot_id: str) -> None:
    with open_client(home, attempts_per_username=3, attempts_per_address=6) as client:
        create_account(home, "anna", PASSWORD)
        for _ in range(2):
            assert attempt(client, "anna").status_code == 401
        assert attempt(client, "anna", PASSWORD).status_code == 201
        for _ in range(2):
            assert attempt(client, "anna").status_code == 401
        assert attempt(client, "somebody").status_code == 401
        assert attempt(client, "somebody-else").status_code == 429


def test_attempts_are_shared_by_workers(home: Home, snapshot_id: str) -> None:
    with open_client(home) as first, open_client(home) as other:
        register(first)
        for n in range(10):
            assert attempt((first, other)[n % 2], "anna").status_code == 401
        assert attempt(first, "anna", PASSWORD).status_code == 429
        assert attempt(other, "anna", PASSWORD).status_code == 429


def test_registrations_of_an_address_are_limited(
    home: Home, snapshot_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_client(home, registrations_per_address=2) as client:
        register(client, "anna")
        taken = client.post("/api/v1/accounts", json={"username": "Anna", "password": PASSWORD})
        assert taken.status_code == 409  # counts as well: it told of a username

        async def never(*_: object) -> object:
            raise AssertionError("hashed although refused")

        monkeypatch.setattr("bookrec.web.accounts.passwords.Passwords.hash", never)
        refused = client.post("/api/v1/accounts", json={"username": "berta", "password": PASSWORD})
        assert refused.status_code == 429
        assert refused.headers["content-type"] == "application/problem+json"
        assert 0 < int(refused.headers["retry-after"]) <= 900
        page = client.post(
            "/register",
            data={
                "username": "berta",
                "password": PASSWORD,
                "action": "register",
                "csrf_token": form_token(client.get("/register").text),
            },
        )
        assert page.status_code == 429
        assert int(page.headers["retry-after"]) > 0
        assert "Too many attempts" in page.text
        assert 'value="berta"' in page.text
        assert attempt(client, "anna", PASSWORD).status_code == 201


def test_clients_behind_a_proxy_are_told_apart_by_what_it_wrote(
    home: Home, snapshot_id: str
) -> None:
    def status(client: Client, *forwarded: str) -> int:
        headers = [("x-forwarded-for", value) for value in forwarded]
        body = {"username": "nobody-at-all", "password": PASSWORD}
        return client.post("/api/v1/session", json=body, headers=headers).status_code

    limits = {"attempts_per_address": 1, "attempts_per_username": 100}
    with open_client(home, behind_proxy=True, **limits) as client:
        assert status(client, "198.51.100.1") == 401
        assert status(client, "203.0.113.9, 198.51.100.1") == 429
        assert status(client, "203.0.113.9", "198.51.100.1") == 429
        assert status(client, "198.51.100.1, 198.51.100.2") == 401
        # One subscriber has all the addresses of an IPv6 /64.
        assert status(client, "2001:db8:0:7::1") == 401
        assert status(client, "2001:db8:0:7:ffff::2") == 429
        assert status(client, "2001:db8:0:8::1") == 401
        assert status(client, "::ffff:198.51.100.2") == 429
    with open_client(home, **limits) as client:
        assert status(client, "198.51.100.3") == 401
        assert status(client, "198.51.100.4") == 429, "without the setting the header is not read"


# --- passwords ----------------------------------------------------------------------------------


def test_an_outdated_hash_is_replaced_at_sign_in(
    site_hashes: None, client: Client, home: Home
) -> None:
    from argon2 import PasswordHasher

    register(client)
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    execute(home, "update account set password_hash = ?", weak)
    bearer(client, "anna")
    ((stored,),) = execute(home, "select password_hash from account")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    bearer(client, "anna")


def test_a_password_is_the_same_however_accents_are_typed(client: Client) -> None:
    composed = unicodedata.normalize("NFC", "mật khẩu dài")
    decomposed = unicodedata.normalize("NFD", composed)
    assert composed != decomposed
    body = {"username": "thu", "password": composed}
    assert client.post("/api/v1/accounts", json=body).status_code == 201
    bearer(client, "thu", decomposed)


def test_a_long_password_of_many_marks_signs_in(client: Client) -> None:
    # 150 letters as a reader sees and the limit counts them, 450 characters as they are sent.
    password = unicodedata.normalize("NFD", "ệ" * 75 + "ộ" * 75)
    assert len(password) == 450
    token = form_token(client.get("/register").text)
    data = {"username": "thu", "password": password, "action": "register", "csrf_token": token}
    assert client.post("/register", data=data).status_code == 303
    client.cookies.clear()
    assert sign_in(client, "thu", password).status_code == 303
    bearer(client, "thu", password)


def test_the_key_of_forms_is_kept_between_starts_and_private(home: Home, snapshot_id: str) -> None:
    with open_client(home) as first:
        register(first)
        sign_in(first)
        token, session = form_token(first.get("/me").text), first.cookies[SESSION]
    key = home.shop_database.with_name("csrf.key")
    assert key.stat().st_mode & 0o077 == 0
    assert home.shop_database.stat().st_mode & 0o077 == 0
    with open_client(home) as second:
        second.cookies.set(SESSION, session)
        assert rate(second, token).status_code == 303
