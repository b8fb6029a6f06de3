"""An operator's account, signed in, for tests of the owner's pages."""

from __future__ import annotations

import httpx

from bookrec.settings import Home
from bookrec.web.accounts.cli import create_account
from site_testing import PASSWORD, Client, form_token, sign_in

OWNER = "the-owner"


def sign_in_owner(client: Client, home: Home) -> Client:
    """Create an operator and sign them in."""
    create_account(home, OWNER, PASSWORD, operator=True)
    assert sign_in(client, OWNER).status_code == 303
    return client


def send(client: Client, path: str, **fields: str) -> httpx.Response:
    """Send a form of the owner's pages, with the token of the settings page."""
    token = form_token(client.get("/owner/settings").text)
    return client.post(path.partition("?")[0], data={"csrf_token": token, **fields})
