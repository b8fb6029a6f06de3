"""A live session on the site over the small snapshot: the host and members, each with cookies."""

from __future__ import annotations

import re

import httpx
import pytest

from bookrec.settings import Home
from owner_pages import sign_in_owner
from site_testing import Client, form_token


class Browser:
    """One person's browser: it keeps its own cookies on a site that several use."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.cookies = httpx.Cookies()
        self.token = ""

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Open a page."""
        return self._send("GET", path, headers=headers)

    def post(self, path: str, page: str, **fields: str) -> httpx.Response:
        """Send a form that stands on another page."""
        text = self.get(page).text
        if "csrf_token" in text:
            self.token = form_token(text)
        return self._send("POST", path, data={"csrf_token": self.token, **fields})

    def _send(self, method: str, path: str, **options: object) -> httpx.Response:
        self._client.cookies = self.cookies
        answer = self._client.request(method, path, **options)  # type: ignore[arg-type]
        self.cookies = httpx.Cookies(self._client.cookies)
        return answer


class LiveSession:
    """A session with its host, to which people come."""

    def __init__(self, client: Client, host: Browser) -> None:
        self._client = client
        self.host = host
        answer = host.post("/host", "/host", name="Friday <evening>", rule="fair")
        assert answer.status_code == 303, answer.text
        self.path = answer.headers["location"]
        code = re.search(r"/live/([a-z0-9]{8})", host.get(self.path).text)
        assert code
        self.link = code[0]

    def someone(self) -> Browser:
        """Somebody who has not joined."""
        return Browser(self._client)

    def member(self) -> Browser:
        """A visitor who has joined."""
        browser = self.someone()
        assert browser.post(f"{self.link}/join", self.link).status_code == 303
        return browser

    def act(self, action: str, isbn: str) -> httpx.Response:
        """Press a button of the host's page."""
        return self.host.post(self.path, self.path, **{action: isbn})

    def react(self, browser: Browser, kind: str, isbn: str, **fields: str) -> httpx.Response:
        """Press a button of the audience's page."""
        return browser.post(f"{self.link}/react", self.link, **{kind: isbn, **fields})


@pytest.fixture
def session(client: Client, home: Home) -> LiveSession:
    """An open session."""
    host = Browser(client)
    client.cookies = host.cookies
    sign_in_owner(client, home)
    host.cookies = httpx.Cookies(client.cookies)
    return LiveSession(client, host)
