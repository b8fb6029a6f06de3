"""Whose visit is recorded: visitors who agreed, readers who did not switch it off, nobody by signal."""

from __future__ import annotations

import pytest

from bookrec.shop.events import Actor
from bookrec.web.accounts.accounts import Account
from bookrec.web.events.consent import (
    Consent,
    caller_of,
    consent_of,
    new_token,
    signals_refusal,
    visitor_of,
)

LINH = Account(7, "shop:7", "linh", None)
SILENT = Account(8, "shop:8", "an", None, recorded=False)
TOKEN = "QmFzZTY0IG9mIGEgdG9rZW"


@pytest.mark.parametrize(
    ("headers", "cookie", "account", "expected"),
    [
        ({}, "", None, Consent("open")),
        ({}, "no", None, Consent("refused")),
        ({}, "yes", None, Consent("open")),
        ({}, f"{TOKEN}\u0000", None, Consent("open")),
        ({}, TOKEN, None, Consent("given", Actor(visitor=visitor_of(TOKEN)))),
        ({"dnt": "0"}, TOKEN, None, Consent("given", Actor(visitor=visitor_of(TOKEN)))),
        ({"dnt": "1"}, TOKEN, None, Consent("signalled")),
        ({"sec-gpc": "1"}, "", None, Consent("signalled")),
        ({}, TOKEN, LINH, Consent("given", Actor("shop:7"))),
        ({}, TOKEN, SILENT, Consent("refused")),
        ({"sec-gpc": "1"}, "", LINH, Consent("signalled")),
    ],
)
def test_consent_of_a_page(
    headers: dict[str, str], cookie: str, account: Account | None, expected: Consent
) -> None:
    assert consent_of(headers, cookie, account) == expected


def test_the_cookie_is_not_what_is_stored() -> None:
    tokens = {new_token() for _ in range(50)}
    assert len(tokens) == 50
    for token in tokens:
        assert consent_of({}, token, None).state == "given"
        assert token not in visitor_of(token)


def test_callers_of_the_api() -> None:
    assert caller_of({}, "", LINH) == Actor("shop:7")
    assert caller_of({}, TOKEN, SILENT) is None
    assert caller_of({"dnt": "1"}, "", LINH) is None
    assert caller_of({}, "short", None) is None
    assert caller_of({}, TOKEN, None) == Actor(visitor=visitor_of(TOKEN))
    assert signals_refusal({"dnt": "1"})
