"""The page ``/me/account``: its forms change what they say, and nothing without the password."""

from __future__ import annotations

import re

import httpx
import pytest

from bookrec.web.pages.own_account import device_name
from site_testing import PASSWORD, Client, bearer, form_token, register, sign_in

NEW = "another-long-phrase"


@pytest.fixture
def reader(client: Client) -> Client:
    register(client)
    sign_in(client)
    return client


def send(client: Client, form: str, **fields: str) -> httpx.Response:
    page = client.get("/me/account")
    data = {**fields, "csrf_token": form_token(page.text)}
    return client.post(f"/me/account/{form}", data=data)


def test_the_password_is_changed_and_others_are_signed_out(reader: Client) -> None:
    other = bearer(reader, "anna")
    done = send(reader, "password", password=PASSWORD, new_password=NEW)
    assert (done.status_code, done.headers["location"]) == (303, "/me/account")
    assert reader.get("/me").status_code == 200
    assert reader.get("/api/v1/me/ratings", headers=other).status_code == 401
    bearer(reader, "anna", NEW)


@pytest.mark.parametrize("form", ["password", "email", "delete"])
def test_a_wrong_password_changes_nothing_and_says_so_at_its_form(
    reader: Client, form: str
) -> None:
    fields = {"new_password": NEW, "email": "anna@example.org"}
    refused = send(reader, form, password="not-my-password", **fields)
    assert refused.status_code == 400
    start = refused.text.index('role="alert"')
    assert "not the password of this account" in refused.text[start : start + 200]
    assert f'action="/me/account/{form}"' in refused.text[start : start + 600]
    assert 'href="/me/account?lang=vi"' in refused.text
    bearer(reader, "anna")


@pytest.mark.parametrize(
    ("email", "status"),
    [
        ("anna@example.org", 303),
        ("an.na+shop@mail.example.org", 303),
        ("", 303),
        ("anna", 400),
        ("anna@example", 400),
        ("a@b.c\nBcc: x@y.z", 400),
        ("Anna <anna@example.org>", 400),
        ("a" * 250 + "@example.org", 400),
    ],
)
def test_an_address_is_stored_or_removed(reader: Client, email: str, status: int) -> None:
    send(reader, "email", password=PASSWORD, email="first@example.org")
    assert send(reader, "email", password=PASSWORD, email=email).status_code == status
    kept = email if status == 303 else "first@example.org"
    assert f'name="email" value="{kept}"' in reader.get("/me/account").text


def test_sessions_are_shown_and_ended(reader: Client) -> None:
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
    reader.headers["user-agent"] = agent
    other = bearer(reader, "anna")
    page = reader.get("/me/account").text
    assert "Firefox, Linux" in page
    session_id = re.search(r'name="session_id" value="([0-9a-f]{16})"', page)
    assert session_id
    # The session that registration's helper began is listed as well; both may be ended here.
    for value in re.findall(r'name="session_id" value="([0-9a-f]{16})"', page):
        assert send(reader, "sessions/end", session_id=value).status_code == 303
    assert reader.get("/api/v1/me/ratings", headers=other).status_code == 401
    assert reader.get("/me").status_code == 200
    assert send(reader, "sessions/end-all").headers["location"] == "/"
    assert reader.get("/me").status_code == 303


def test_the_account_is_deleted_with_the_password_only(reader: Client) -> None:
    done = send(reader, "delete", password=PASSWORD)
    assert (done.status_code, done.headers["location"]) == (303, "/")
    assert "deleted" in reader.get("/").text
    assert reader.get("/me").status_code == 303
    assert sign_in(reader).status_code == 401


def test_forms_need_their_token(reader: Client) -> None:
    for form in ("password", "email", "sessions/end", "sessions/end-all", "delete"):
        data = {"password": PASSWORD, "new_password": NEW}
        assert reader.post(f"/me/account/{form}", data=data).status_code == 403
    assert reader.get("/me").status_code == 200


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("", ""),
        ("curl/8.5.0", "curl/8.5.0"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0",
            "Edge, Windows",
        ),
    ],
)
def test_names_of_devices(agent: str, name: str) -> None:
    assert device_name(agent) == name
