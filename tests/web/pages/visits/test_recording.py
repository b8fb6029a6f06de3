"""Forms of consent, and the switch on a reader's account page."""

from __future__ import annotations

import contextlib
import sqlite3

import pytest

from bookrec.settings import Home
from site_testing import Client, form_token, register, sign_in, write_events

DUNE = "0441172717"
HERE = "http://testserver.local"


def count(client: Client, home: Home) -> int:
    write_events(client)
    with contextlib.closing(sqlite3.connect(home.shop_database)) as shop:
        number: int = shop.execute(
            "select (select count(*) from events) + (select count(*) from impressions)"
        ).fetchone()[0]
        return number


@pytest.mark.parametrize("answer", ["", "maybe"])
def test_an_answer_is_yes_or_no(client: Client, answer: str) -> None:
    sent = client.post(
        "/consent", data={"answer": answer, "csrf_token": ""}, headers={"origin": HERE}
    )
    assert sent.status_code == 400


def test_other_sites_cannot_answer(client: Client) -> None:
    for headers in ({"origin": "https://elsewhere.example"}, {}):
        assert (
            client.post(
                "/consent", data={"answer": "yes", "csrf_token": ""}, headers=headers
            ).status_code
            == 403
        )


def test_consent_leads_back_to_the_page_and_nowhere_else(client: Client) -> None:
    data = {"csrf_token": "", "answer": "yes", "next": "//elsewhere.example/"}
    sent = client.post("/consent", data=data, headers={"origin": HERE})
    assert sent.headers["location"] == "/"
    cookie = sent.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Max-Age=15552000" in cookie


def test_a_reader_switches_off_and_on_and_deletes(client: Client, home: Home) -> None:
    register(client, "linh")
    sign_in(client, "linh")

    def press(action: str) -> str:
        token = form_token(client.get("/me/account").text)
        data = {"csrf_token": token, "action": action}
        sent = client.post("/me/account/recording", data=data)
        assert (sent.status_code, sent.headers["location"]) == (303, "/me/account")
        return client.get("/me/account").text

    client.get(f"/books/{DUNE}")
    assert "are kept for 90 days" in client.get("/me/account").text
    page = press("off")
    assert "Your visits are no longer noted." in page
    assert "Let my shelves follow my visits" in page
    before = count(client, home)
    assert before == 0, "what waited when it was switched off is not written either"
    client.get(f"/books/{DUNE}")
    client.post("/keep", data={"csrf_token": form_token(client.get("/").text), "want": DUNE})
    assert count(client, home) == before
    press("on")
    client.get(f"/books/{DUNE}")
    assert count(client, home) > 0
    assert "is deleted" in press("forget")
    assert count(client, home) == 0
    token = form_token(client.get("/me/account").text)
    bad = client.post("/me/account/recording", data={"csrf_token": token, "action": "x"})
    assert bad.status_code == 400
