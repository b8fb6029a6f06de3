"""Claiming the account of a reader of the data set, and the operator's commands."""

from __future__ import annotations

import contextlib
import re
import sqlite3

import pytest
from click.testing import CliRunner, Result

from bookrec.errors import ShopError
from bookrec.reader_ids import ReaderIds
from bookrec.settings import Home
from bookrec.snapshot import DATABASE_NAME
from bookrec.web.accounts.cli import accounts, create_account, invite_reader
from site_testing import PASSWORD, Client, bearer, form_token, register
from small_snapshot import LISTED_READER, READER_WITHOUT_BOOKS


def run(home: Home, *arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(accounts, arguments, obj=home, input=typed)


def claim(client: Client, path: str, username: str = "linh", password: str = PASSWORD):
    page = client.get(path)
    token = form_token(page.text if page.status_code == 200 else client.get("/login").text)
    data = {"username": username, "password": password, "csrf_token": token}
    return client.post(path, data=data)


def test_an_invitation_opens_the_readers_own_shelf_once(client: Client, home: Home) -> None:
    invited = run(home, "invite", LISTED_READER, "--site", "https://books.example/")
    assert invited.exit_code == 0
    link = re.search(r"https://books\.example(/claim/\S+)", invited.output)
    assert link
    page = client.get(link[1])
    assert page.status_code == 200
    assert LISTED_READER in page.text
    assert re.search(r"\b5 books\b", page.text)
    done = claim(client, link[1])
    assert (done.status_code, done.headers["location"]) == (303, "/")
    me = client.get("/me")
    assert me.status_code == 200
    assert LISTED_READER in me.text
    headers = bearer(client, "linh")
    recommended = client.get("/api/v1/me/recommendations", headers=headers).json()
    assert recommended["source"] == "precomputed"
    client.cookies.clear()
    assert client.get(link[1]).status_code == 404
    again = claim(client, link[1], "mallory")
    assert again.status_code == 404
    assert "bookrec_session" not in client.cookies


@pytest.mark.parametrize(
    ("site", "fault"),
    [
        ("books.example", "is no http or https address"),
        ("ftp://books.example", "is no http or https address"),
        ("https://", "is no http or https address"),
        ("https://books.example:port", "is no address"),
        ("https://books example/", "has characters that no address has"),
        ("https://books.example/?a=1", "has more than a host and a path"),
        ("https://admin@books.example", "has more than a host and a path"),
    ],
)
def test_a_site_that_is_no_address_is_refused(home: Home, site: str, fault: str) -> None:
    refused = run(home, "invite", LISTED_READER, "--site", site)
    assert refused.exit_code == 2
    assert fault in " ".join(refused.output.split())
    assert "/claim/" not in refused.output


def test_a_refused_claim_leaves_the_link_open(client: Client, home: Home) -> None:
    path = invite_reader(home, LISTED_READER)
    register(client, "taken")
    for username, password in (("taken", PASSWORD), ("x", PASSWORD), ("linh", "short")):
        assert claim(client, path, username, password).status_code == 400
    assert claim(client, path).status_code == 303


def test_links_expire_and_a_new_one_ends_the_one_before(client: Client, home: Home) -> None:
    first = invite_reader(home, LISTED_READER)
    second = invite_reader(home, LISTED_READER)
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    with contextlib.closing(sqlite3.connect(home.shop_database)) as shop:
        shop.execute("update claim set expires_at = 1")
        shop.commit()
    assert client.get(second).status_code == 404
    assert claim(client, second).status_code == 404


@pytest.mark.parametrize("typed", ["An.Nguyen@Example.com", "0987 654 321", "+84987654321"])
def test_a_reader_is_invited_by_address_or_number(home: Home, snapshot_id: str, typed: str) -> None:
    user_id = ReaderIds(home.identity_secret()).normalise(typed.lower())[0]
    path = home.snapshots / snapshot_id / DATABASE_NAME
    path.chmod(0o644)
    with contextlib.closing(sqlite3.connect(path)) as snapshot, snapshot:
        snapshot.execute(
            "update reader set user_id = ? where user_id = ?", (user_id, LISTED_READER)
        )
    invited = run(home, "invite", typed)
    assert invited.exit_code == 0, invited.output
    with contextlib.closing(sqlite3.connect(home.shop_database)) as shop:
        assert shop.execute("select user_id from claim").fetchall() == [(user_id,)]
    assert create_account(home, "an-nguyen", PASSWORD, user_id=typed).user_id == user_id


def test_an_account_made_by_the_operator_closes_the_readers_link(
    client: Client, home: Home
) -> None:
    path = invite_reader(home, LISTED_READER)
    create_account(home, "by-hand", PASSWORD, user_id=LISTED_READER)
    assert client.get(path).status_code == 404
    assert claim(client, path).status_code == 404


def test_only_a_hash_of_the_link_is_stored(home: Home, snapshot_id: str) -> None:
    token = invite_reader(home, LISTED_READER).removeprefix("/claim/")
    assert len(token) >= 40
    files = home.shop_database.parent.glob("shop.sqlite*")
    assert not any(token.encode() in path.read_bytes() for path in files)


def test_a_user_id_alone_opens_nothing(client: Client) -> None:
    for username in (LISTED_READER, "shop:1"):
        answer = client.post("/api/v1/session", json={"username": username, "password": username})
        assert answer.status_code == 401
    assert client.get(f"/claim/{LISTED_READER}").status_code == 404
    taken_name = client.post(
        "/api/v1/accounts", json={"username": LISTED_READER, "password": PASSWORD}
    )
    assert taken_name.json()["user_id"].startswith("shop:")


def test_who_cannot_be_invited(home: Home, snapshot_id: str) -> None:
    with pytest.raises(ShopError, match="no reader '12345'"):
        invite_reader(home, "12345")
    create_account(home, "linh", PASSWORD, user_id=LISTED_READER)
    with pytest.raises(ShopError, match="sign in as 'linh'"):
        invite_reader(home, LISTED_READER)
    with pytest.raises(ShopError, match="has an account already"):
        create_account(home, "other", PASSWORD, user_id=LISTED_READER)


def test_create_asks_for_or_generates_a_password(client: Client, home: Home) -> None:
    created = run(home, "create", "anna", "--age", "30", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert created.exit_code == 0, created.output
    assert PASSWORD not in created.output
    bearer(client, "anna")
    generated = run(home, "create", "berta", "--generate", "--reader", READER_WITHOUT_BOOKS)
    password = re.search(r"Password: (\S{16,})", generated.output)
    assert password
    bearer(client, "berta", password[1])
    other = re.search(r"Password: (\S+)", run(home, "create", "carla", "--generate").output)
    assert other
    assert other[1] != password[1]


@pytest.mark.parametrize(
    ("arguments", "password"),
    [
        (["x"], PASSWORD),
        (["anna"], "short"),
        (["anna", "--age", "3"], PASSWORD),
        (["anna", "--reader", "12345"], PASSWORD),
    ],
)
def test_create_refuses_with_a_sentence(
    home: Home, snapshot_id: str, arguments: list[str], password: str
) -> None:
    refused = run(home, "create", *arguments, typed=f"{password}\n{password}\n")
    assert isinstance(refused.exception, ShopError)
    assert str(refused.exception).endswith((".", "-"))
    assert "No accounts" in run(home, "list").output


def test_disable_ends_sessions_and_list_shows_it(client: Client, home: Home) -> None:
    headers = register(client, "anna")
    assert run(home, "disable", "ANNA").exit_code == 0
    assert client.get("/api/v1/me/ratings", headers=headers).status_code == 401
    listed = run(home, "list").output
    assert re.search(r"anna\s+reader shop:1 .*disabled", listed)
    assert isinstance(run(home, "disable", "nobody").exception, ShopError)


@pytest.mark.parametrize("name", [None, *accounts.commands])
def test_every_command_has_help_with_an_example(home: Home, name: str | None) -> None:
    shown = run(home, *([name] if name else []), "--help")
    assert shown.exit_code == 0
    assert "Example:" in shown.output
