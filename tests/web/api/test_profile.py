"""The API of a reader's profile and corrections."""

from __future__ import annotations

import pytest

from bookrec.web.store import rejections
from site_testing import Client, register

CARRIE, DUNE = "0743412281", "0441172717"


def test_beliefs_with_shares_and_evidence(client: Client) -> None:
    headers = register(client, "anna", liked_isbns=[CARRIE])
    client.put("/api/v1/me/ratings/0441172717", json={"rating": 6}, headers=headers)
    answer = client.get("/api/v1/me/profile", headers=headers)
    assert "private" in answer.headers["cache-control"]
    facets = {facet["facet"]: facet["values"] for facet in answer.json()["facets"]}
    assert facets["author"][1] == {
        "value": "Frank Herbert",
        "share": 0.3333,
        "books": 1,
        "evidence": [
            {
                "isbn": DUNE,
                "title": "Dune",
                "weight": 0.5,
                "acts": [{"name": "rated", "here": True, "rating": 6}],
            }
        ],
    }
    assert answer.json()["books"] == 2
    assert answer.json()["corrections"] == []


def test_a_correction_is_listed_and_taken_back(client: Client) -> None:
    headers = register(client, "anna", liked_isbns=[CARRIE, DUNE])
    path = "/api/v1/me/corrections/author"
    answer = client.put(path, params={"value": "KING, Stephen"}, headers=headers)
    assert (answer.status_code, answer.json()["value"]) == (200, "Stephen King")
    again = client.put(path, params={"value": "Stephen King"}, headers=headers)
    assert again.json() == answer.json()
    profile = client.get("/api/v1/me/profile", headers=headers).json()
    assert profile["corrections"] == [answer.json()]
    assert (profile["books"], profile["left_out"]) == (1, 1)
    for _ in range(2):
        gone = client.delete(path, params={"value": "stephen king"}, headers=headers)
        assert gone.status_code == 204
    assert client.get("/api/v1/me/profile", headers=headers).json()["corrections"] == []


@pytest.mark.parametrize(
    ("facet", "value", "status"),
    [
        ("author", "Nobody Known", 404),
        ("decade", "1995", 404),
        ("price", "100", 400),
        ("author", "", 400),
    ],
)
def test_unknown_values_are_refused(client: Client, facet: str, value: str, status: int) -> None:
    headers = register(client, "anna")
    answer = client.put(f"/api/v1/me/corrections/{facet}", params={"value": value}, headers=headers)
    assert answer.status_code == status, answer.text
    if status == 404:
        assert value in answer.json()["detail"]


def test_there_is_a_most(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bookrec.web.recommendations.reader_actions.MOST", 1)
    monkeypatch.setattr(rejections, "MOST", 1)
    headers = register(client, "anna")
    path = "/api/v1/me/corrections/decade"
    assert client.put(path, params={"value": "1990"}, headers=headers).status_code == 200
    answer = client.put(path, params={"value": "2000"}, headers=headers)
    assert answer.status_code == 409
    assert "at most 1 values" in answer.json()["detail"]


def test_nobody_reads_or_corrects_without_a_token(client: Client) -> None:
    assert client.get("/api/v1/me/profile").status_code == 401
    path = "/api/v1/me/corrections/decade?value=1990"
    assert client.put(path).status_code == 401
    assert client.delete(path).status_code == 401
