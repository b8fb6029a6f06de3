"""The reader's own account by the API: password, sessions."""

from __future__ import annotations

import pytest

from site_testing import PASSWORD, Client, bearer, register, sign_in

NEW = "another-long-phrase"


def works(client: Client, headers: dict[str, str]) -> bool:
    return client.get("/api/v1/me/ratings", headers=headers).status_code == 200


def test_a_new_password_ends_other_sessions(client: Client) -> None:
    register(client, "berta")
    foreign = bearer(client, "berta")
    mine, other = register(client), bearer(client, "anna")
    sign_in(client)
    body = {"password": PASSWORD, "new_password": NEW}
    assert client.post("/api/v1/me/password", json=body, headers=mine).status_code == 204
    assert works(client, mine)
    assert works(client, foreign)
    assert not works(client, other)
    assert client.get("/me").status_code == 303
    assert (
        client.post("/api/v1/session", json={"username": "anna", "password": PASSWORD}).status_code
        == 401
    )
    bearer(client, "anna", NEW)


@pytest.mark.parametrize(
    ("password", "new_password", "name"),
    [
        ("wrong-password", NEW, "password"),
        (PASSWORD, "password1", "new_password"),
    ],
)
def test_a_refused_password_changes_nothing(
    client: Client, password: str, new_password: str, name: str
) -> None:
    headers = register(client)
    other = bearer(client, "anna")
    body = {"password": password, "new_password": new_password}
    refused = client.post("/api/v1/me/password", json=body, headers=headers)
    assert refused.status_code == 400
    assert [item["name"] for item in refused.json()["invalid_parameters"]] == [name]
    assert works(client, other)
    bearer(client, "anna")


def test_guesses_at_the_present_password_are_limited(client: Client) -> None:
    headers = register(client)
    body = {"password": "wrong-password", "new_password": NEW}
    statuses = [
        client.post("/api/v1/me/password", json=body, headers=headers).status_code
        for _ in range(11)
    ]
    assert statuses == [400] * 10 + [429]


def test_sessions_are_listed_and_ended_one_by_one_or_all(client: Client) -> None:
    foreign = register(client, "berta")
    mine = register(client)
    client.headers["user-agent"] = "Phone/1.0"
    other = bearer(client, "anna")
    items = client.get("/api/v1/me/sessions", headers=mine).json()["items"]
    assert len(items) == 2
    assert [item["current"] for item in items].count(True) == 1
    ended = next(item for item in items if item["browser"] == "Phone/1.0")
    assert (ended["kind"], ended["current"]) == ("bearer", False)
    token = other["authorization"].split()[1]
    assert token not in str(items)
    path = f"/api/v1/me/sessions/{ended['session_id']}"
    assert client.delete(path, headers=foreign).status_code == 404
    assert works(client, other)
    assert client.delete(path, headers=mine).status_code == 204
    assert not works(client, other)
    assert client.delete(path, headers=mine).status_code == 404
    assert client.delete("/api/v1/me/sessions", headers=mine).status_code == 204
    assert not works(client, mine)
    assert works(client, foreign)
