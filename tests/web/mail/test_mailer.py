"""E-mail by a real SMTP server on loopback: links arrive, work, and wait for a server that is away."""

from __future__ import annotations

import contextlib
import email
import email.policy
import re
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from click.testing import CliRunner

from bookrec.errors import BookrecError
from bookrec.settings import Home
from bookrec.web.accounts.cli import accounts
from bookrec.web.mail.mail_settings import MailSettings, mail_settings
from bookrec.web.mail.mailer import message_of
from bookrec.web.mail.outbox import Letter
from site_testing import PASSWORD, Client, form_token, open_client, register, sign_in
from small_snapshot import LISTED_READER

NEW = "another-long-phrase"


class Mailbox:
    """Handler of the server: keeps letters, or refuses recipients."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.answer = "250 OK"

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 OK"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def smtp_server(port: int) -> Iterator[Mailbox]:
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> int:
    """Port of the SMTP server that the settings name; nothing listens there yet."""
    port = free_port()
    monkeypatch.setenv("BOOKREC_SMTP", f"smtp://127.0.0.1:{port}")
    monkeypatch.setenv("BOOKREC_MAIL_FROM", "The shop <shop@books.example>")
    monkeypatch.setenv("BOOKREC_SITE", "https://books.example/")
    return port


@pytest.fixture
def site(port: int, home: Home, snapshot_id: str) -> Iterator[Client]:
    with open_client(home) as client:
        register(client)
        sign_in(client)
        page = client.get("/me/account")
        fields = {"email": "anna@example.org", "password": PASSWORD}
        data = {**fields, "csrf_token": form_token(page.text)}
        assert client.post("/me/account/email", data=data).status_code == 303
        client.cookies.clear()
        yield client


def forget(client: Client, username: str = "anna", language: str = "en") -> int:
    page = client.get("/forgot", headers={"accept-language": language})
    data = {"username": username, "csrf_token": form_token(page.text)}
    return client.post("/forgot", data=data).status_code


def wait_for(condition: Callable[[], object]) -> None:
    give_up_at = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < give_up_at, "it did not happen in time"
        time.sleep(0.02)


def outgoing(home: Home, columns: str) -> list[tuple]:
    with contextlib.closing(sqlite3.connect(home.shop_database)) as shop:
        return shop.execute(f"select {columns} from outgoing_mail order by mail_id").fetchall()


def make_due(home: Home) -> None:
    with contextlib.closing(sqlite3.connect(home.shop_database, timeout=10)) as shop, shop:
        shop.execute("update outgoing_mail set next_try_at = 1 where next_try_at is not null")


def send_due(client: Client) -> None:
    client.blocking_portal.call(client.app.state.site.mailer.send_due)


def test_a_forgotten_password_is_replaced_by_a_link(site: Client, home: Home, port: int) -> None:
    with smtp_server(port) as mailbox:
        assert forget(site, "ANNA") == 200
        wait_for(lambda: mailbox.letters)
        (letter,) = mailbox.letters
        assert letter["to"] == "anna@example.org"
        assert letter["from"] == "The shop <shop@books.example>"
        assert letter["auto-submitted"] == "auto-generated"
        assert "new password" in letter["subject"]
        link = re.search(r"https://books\.example(/reset/\S{40,})", letter.get_content())
        assert link
        wait_for(lambda: outgoing(home, "sent_at is not null") == [(1,)])
        assert outgoing(home, "recipient, subject, body, next_try_at, error") == [
            ("", "", "", None, "")
        ], "the link does not stay in the database"
    token = form_token(site.get(link[1]).text)
    done = site.post(link[1], data={"password": NEW, "csrf_token": token})
    assert done.status_code == 303
    assert site.get("/me").status_code == 200


def test_no_answer_tells_who_has_an_account(site: Client, home: Home, port: int) -> None:
    register(site, "without-address")
    with smtp_server(port) as mailbox:
        assert [forget(site, name) for name in ("nobody", "without-address")] == [200, 200]
        send_due(site)
        assert outgoing(home, "count(*)") == [(0,)]
        assert mailbox.letters == []


def test_a_mailbox_cannot_be_filled(site: Client, home: Home) -> None:
    assert [forget(site) for _ in range(4)] == [200] * 3 + [429]


def test_a_letter_waits_for_a_server_that_is_away(site: Client, home: Home, port: int) -> None:
    assert forget(site) == 200
    wait_for(lambda: outgoing(home, "error <> ''") == [(1,)])
    make_due(home)
    send_due(site)
    assert outgoing(home, "tries, sent_at, next_try_at > 0") == [(2, None, 1)]
    with smtp_server(port) as mailbox:
        make_due(home)
        send_due(site)
        assert len(mailbox.letters) == 1
    assert outgoing(home, "tries, sent_at > 0, error") == [(3, 1, "")]


def test_it_is_given_up_in_the_end_and_the_operator_sees_why(
    site: Client, home: Home, port: int
) -> None:
    run(home, "create", "owner", "--operator", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert forget(site) == 200
    for _ in range(9):
        wait_for(lambda: outgoing(home, "error <> ''") == [(1,)])
        make_due(home)
        send_due(site)
    assert outgoing(home, "tries, next_try_at, body") == [(8, None, "")]
    sign_in(site, "owner")
    page = site.get("/owner").text
    assert "shop:1" in page
    assert "given up" in page
    assert "anna@example.org" not in page


def test_a_refused_recipient_is_not_tried_again(site: Client, home: Home, port: int) -> None:
    with smtp_server(port) as mailbox:
        mailbox.answer = "550 no such mailbox"
        assert forget(site) == 200
        wait_for(lambda: outgoing(home, "error <> ''") == [(1,)])
        wait_for(lambda: outgoing(home, "next_try_at") == [(None,)])
    assert outgoing(home, "tries, body") == [(1, "")]
    assert "550" in outgoing(home, "error")[0][0]


def run(home: Home, *arguments: str, typed: str = "") -> Any:
    return CliRunner().invoke(accounts, arguments, obj=home, input=typed)


def test_an_invitation_is_sent_by_the_running_site(site: Client, home: Home, port: int) -> None:
    arguments = ("invite", LISTED_READER, "--email", "linh@example.org", "--language", "vi")
    invited = run(home, *arguments)
    assert invited.exit_code == 0, invited.output
    with smtp_server(port) as mailbox:
        send_due(site)
        (letter,) = mailbox.letters
    link = re.search(r"https://books\.example(/claim/\S+)", letter.get_content())
    assert link
    assert link[0] in invited.output
    assert "Giá sách" in letter["subject"]
    assert site.get(link[1]).status_code == 200


def test_without_the_setting_links_are_handed_over(home: Home, snapshot_id: str) -> None:
    with open_client(home) as client:
        page = client.get("/forgot")
        assert "Ask the shop for a link" in page.text
        refused = run(home, "invite", LISTED_READER, "--email", "linh@example.org")
        assert isinstance(refused.exception, BookrecError)
        assert "BOOKREC_SMTP" in str(refused.exception)
        assert "/claim/" in run(home, "invite", LISTED_READER).output
        assert outgoing(home, "count(*)") == [(0,)]


GOOD = {
    "BOOKREC_SMTP": "smtps://an%40na:p%3Aw@mail.example.org",
    "BOOKREC_MAIL_FROM": "shop@example.org",
    "BOOKREC_SITE": "https://books.example.org/",
}


def test_settings_are_read_and_the_password_is_not_shown() -> None:
    assert mail_settings({}) is None
    settings = mail_settings(GOOD)
    assert settings == MailSettings(
        "mail.example.org",
        465,
        True,
        "an@na",
        "p:w",
        "shop@example.org",
        "https://books.example.org",
    )
    assert "p:w" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOOKREC_SMTP", "mail.example.org:25"),
        ("BOOKREC_SMTP", "smtp://mail.example.org:port"),
        ("BOOKREC_SMTP", "smtp://"),
        ("BOOKREC_MAIL_FROM", ""),
        ("BOOKREC_MAIL_FROM", "the shop"),
        ("BOOKREC_MAIL_FROM", "a@b.c\nBcc: x@y.z"),
        ("BOOKREC_SITE", ""),
        ("BOOKREC_SITE", "books.example.org"),
    ],
)
def test_a_malformed_setting_is_a_sentence(name: str, value: str) -> None:
    with pytest.raises(BookrecError, match=name):
        mail_settings({**GOOD, name: value})


@pytest.mark.parametrize("field", ["recipient", "subject"])
def test_no_text_becomes_a_header_of_its_own(field: str) -> None:
    parts = {"recipient": "a@example.org", "subject": "s", "body": "b"}
    with pytest.raises(ValueError, match=r"."):
        message_of(Letter(**{**parts, field: "x@y.z\nBcc: b@example.org"}), "shop@example.org")
