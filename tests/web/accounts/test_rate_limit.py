"""Wrong guesses of others never lock an account for its owner."""

from __future__ import annotations

import httpx
import pytest

from bookrec.settings import Home
from bookrec.web.accounts.cli import create_account
from site_testing import PASSWORD, Client, form_token, open_client

OWNER, STRANGER = "198.51.100.1", "203.0.113.9"


def attempt(
    client: Client, address: str, password: str = "wrong-password", username: str = "anna"
) -> httpx.Response:
    body = {"username": username, "password": password}
    headers = {"x-forwarded-for": address}
    return client.post("/api/v1/session", json=body, headers=headers)


def sign_in_page(
    client: Client, address: str, password: str = PASSWORD, username: str = "anna"
) -> httpx.Response:
    headers = {"x-forwarded-for": address}
    token = form_token(client.get("/login").text)
    data = {"username": username, "password": password, "csrf_token": token}
    return client.post("/login", data=data, headers=headers)


@pytest.fixture
def site(home: Home, snapshot_id: str):
    create_account(home, "anna", PASSWORD)
    limits = {"attempts_per_username": 3, "attempts_per_username_anywhere": 12}
    with open_client(home, behind_proxy=True, **limits) as client:
        yield client


def test_a_strangers_guesses_lock_the_stranger_only(site: Client) -> None:
    statuses = [attempt(site, STRANGER).status_code for _ in range(5)]
    assert statuses == [401] * 3 + [429] * 2
    assert attempt(site, STRANGER, PASSWORD).status_code == 429
    assert attempt(site, OWNER, PASSWORD).status_code == 201
    assert attempt(site, STRANGER, PASSWORD).status_code == 429, "the owner forgives for themselves"


def test_a_known_browser_gets_in_while_many_addresses_guess(site: Client) -> None:
    assert sign_in_page(site, OWNER).status_code == 303
    device = site.cookies["bookrec_device"]
    for number in range(11):  # the sign-in above was the first
        assert attempt(site, f"203.0.113.{number % 6}").status_code == 401
    assert attempt(site, "192.0.2.77", PASSWORD).status_code == 429, "guesses from everywhere stop"
    site.cookies.clear()
    assert sign_in_page(site, OWNER).status_code == 429
    site.cookies.set("bookrec_device", device)
    assert sign_in_page(site, OWNER).status_code == 303


@pytest.mark.parametrize("kind", ["forged", "other account"])
def test_only_a_browser_of_this_account_is_known(site: Client, home: Home, kind: str) -> None:
    create_account(home, "berta", PASSWORD)
    assert sign_in_page(site, OWNER, username="berta").status_code == 303
    device = site.cookies["bookrec_device"] if kind == "other account" else "device.0000"
    for number in range(12):
        assert attempt(site, f"203.0.113.{number % 6}").status_code == 401
    site.cookies.clear()
    site.cookies.set("bookrec_device", device)
    assert sign_in_page(site, OWNER).status_code == 429


def test_guesses_of_a_known_browser_are_limited_too(site: Client) -> None:
    assert sign_in_page(site, OWNER).status_code == 303
    device = site.cookies["bookrec_device"]
    statuses = []
    for number in range(4):
        site.cookies.clear()
        site.cookies.set("bookrec_device", device)
        statuses.append(sign_in_page(site, f"192.0.2.{number}", "wrong-password").status_code)
    assert statuses == [401] * 3 + [429]
