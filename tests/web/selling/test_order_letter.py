"""Confirmation of an order by e-mail: one letter an order, in the buyer's language."""

from __future__ import annotations

import contextlib
import re
import sqlite3

import pytest

from bookrec.settings import Home
from selling import EMMA, offer, settings
from site_testing import Client, open_client

ORIGIN = {"origin": "http://testserver.local"}
BUYER = {
    "name": "Trần Bình",
    "phone": "",
    "email": "binh@example.org",
    "delivery": "pickup",
    "address": "",
    "payment": "transfer",
    "note": "",
}


@pytest.fixture
def mails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of e-mail whose server never answers."""
    monkeypatch.setenv("BOOKREC_SMTP", "smtp://127.0.0.1:9")
    monkeypatch.setenv("BOOKREC_MAIL_FROM", "shop@books.example")
    monkeypatch.setenv("BOOKREC_SITE", "https://books.example")


def queued(home: Home) -> list[tuple[str, str, str]]:
    with contextlib.closing(sqlite3.connect(home.shop_database)) as shop:
        return shop.execute("select recipient, subject, body from outgoing_mail").fetchall()


def order(client: Client, language: str, **fields: str) -> str:
    """Order a copy of Emma, with the button pressed twice; path of the order."""
    headers = {**ORIGIN, "accept-language": language}
    data = {"csrf_token": "", "isbn": EMMA, "action": "add"}
    assert client.post("/cart", data=data, headers=headers).status_code == 303
    page = client.get("/checkout", headers=headers).text
    form = page[page.index('<form action="/checkout"') :]
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    places = {
        client.post("/checkout", data={**hidden, **BUYER, **fields}, headers=headers).headers[
            "location"
        ]
        for _ in range(2)
    }
    (place,) = places
    return place


def prepare(home: Home) -> None:
    settings(home, name="Sách Xưa", bank="970436", bank_account="0123456789", bank_holder="AN")
    offer(home, **{f"i{EMMA}": (85_000, 9)})


@pytest.mark.usefixtures("mails")
@pytest.mark.parametrize("language", ["en", "vi"])
def test_an_order_is_confirmed_once(home: Home, snapshot_id: str, language: str) -> None:
    assert snapshot_id
    with open_client(home) as client:
        prepare(home)
        place = order(client, language)
        (letter,) = queued(home)
    recipient, subject, body = letter
    assert recipient == "binh@example.org"
    assert "Sách Xưa" in subject
    assert ("Your order" in subject) == (language == "en")
    assert f"https://books.example{place}" in body
    assert "1 × Emma" in body
    assert re.search(r"85[.,]000", body)
    assert "0123456789" in body
    assert re.search(r"DH\d{4}", body)
    assert "<" not in body
    assert "&#" not in body


@pytest.mark.usefixtures("mails")
def test_without_an_address_nothing_is_queued(home: Home, snapshot_id: str) -> None:
    assert snapshot_id
    with open_client(home) as client:
        prepare(home)
        order(client, "en", email="", phone="0912 345 678", payment="cash")
        assert queued(home) == []


def test_a_shop_without_e_mail_queues_nothing(home: Home, snapshot_id: str) -> None:
    assert snapshot_id
    with open_client(home) as client:
        prepare(home)
        order(client, "en")
        assert queued(home) == []
