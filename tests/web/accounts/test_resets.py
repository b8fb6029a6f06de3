"""The operator's help: a link to a new password, enabling again, operators."""

from __future__ import annotations

import contextlib
import re
import sqlite3

import httpx
import pytest
from click.testing import CliRunner, Result

from bookrec.errors import ShopError
from bookrec.settings import Home
from bookrec.web.accounts.cli import accounts
from site_testing import PASSWORD, Client, bearer, form_token, register, sign_in

NEW = "another-long-phrase"


def run(home: Home, *arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(accounts, arguments, obj=home, input=typed)


def link(home: Home, username: str = "anna") -> str:
    result = run(home, "reset", username, "--site", "https://books.example/")
    path = re.search(r"https://books\.example(/reset/\S{40,})", result.output)
    assert path, result.output
    return path[1]


def choose(client: Client, path: str, password: str = NEW) -> httpx.Response:
    page = client.get(path)
    token = form_token(page.text if page.status_code == 200 else client.get("/login").text)
    return client.post(path, data={"password": password, "csrf_token": token})


def test_a_link_gives_a_new_password_once_and_ends_all_sessions(client: Client, home: Home) -> None:
    headers = register(client)
    path = link(home)
    assert client.get("/api/v1/me/ratings", headers=headers).status_code == 200
    refused = choose(client, path, "short")
    assert refused.status_code == 400
    assert "too short" in refused.text
    done = choose(client, path)
    assert (done.status_code, done.headers["location"]) == (303, "/")
    assert client.get("/me").status_code == 200
    assert client.get("/api/v1/me/ratings", headers=headers).status_code == 401
    client.cookies.clear()
    assert choose(client, path, "yet-another-phrase").status_code == 404
    assert sign_in(client).status_code == 401
    bearer(client, "anna", NEW)


def test_a_newer_link_ends_the_one_before_and_links_expire(client: Client, home: Home) -> None:
    register(client)
    first, second = link(home), link(home)
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    with contextlib.closing(sqlite3.connect(home.shop_database)) as shop, shop:
        assert shop.execute("select length(token_hash) from reset_link").fetchall() == [(32,)]
        shop.execute("update reset_link set expires_at = 1")
    assert choose(client, second).status_code == 404


def test_a_change_of_password_ends_an_open_link(client: Client, home: Home) -> None:
    headers = register(client)
    path = link(home)
    body = {"password": PASSWORD, "new_password": NEW}
    assert client.post("/api/v1/me/password", json=body, headers=headers).status_code == 204
    assert client.get(path).status_code == 404


def test_a_disabled_account_gets_no_link_until_enabled(client: Client, home: Home) -> None:
    register(client)
    path = link(home)
    assert run(home, "disable", "anna").exit_code == 0
    assert client.get(path).status_code == 404
    refused = run(home, "reset", "Anna")
    assert isinstance(refused.exception, ShopError)
    assert "enable" in str(refused.exception)
    assert sign_in(client).status_code == 401
    assert run(home, "enable", "Anna").exit_code == 0
    assert sign_in(client).status_code == 303
    for verb in ("enable", "reset"):
        assert "no account 'nobody'" in str(run(home, verb, "nobody").exception)


@pytest.mark.parametrize("operator", [True, False])
def test_only_operators_see_the_owners_pages(client: Client, home: Home, operator: bool) -> None:
    assert client.get("/owner").status_code == 303
    flags = ["--operator"] if operator else []
    created = run(home, "create", "anna", *flags, typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert ("operator" in created.output) == operator
    assert ("operator" in run(home, "list").output) == operator
    sign_in(client)
    assert client.get("/owner").status_code == (200 if operator else 404)
    assert ('href="/owner"' in client.get("/").text) == operator
