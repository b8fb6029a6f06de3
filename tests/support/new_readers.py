"""Readers who register at a running site over its API, and what they like."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, Protocol

import httpx

from bookrec.offline.data.sample.books import load_catalogue
from site_testing import PASSWORD


class Reader:
    """A newly registered reader of the API."""

    def __init__(
        self, client: httpx.Client, username: str, likes: list[str], age: int | None
    ) -> None:
        self.client = client
        body: dict[str, object] = {"username": username, "password": PASSWORD}
        about = {"liked_isbns": likes, "age": age}
        made = self.client.post("/api/v1/accounts", json={**body, **about})
        assert made.status_code == 201, made.text
        token = self.client.post("/api/v1/session", json=body).json()["token"]
        self.client.headers["authorization"] = f"Bearer {token}"

    def shelf(self, limit: int = 20) -> tuple[str, list[str]]:
        """Where the list came from, and its ISBNs."""
        source, items = self.items(limit)
        return source, [item["book"]["isbn"] for item in items]

    def items(self, limit: int) -> tuple[str, list[dict[str, Any]]]:
        """Where the list came from, and the list."""
        answer = self.client.get("/api/v1/me/recommendations", params={"limit": limit})
        assert answer.status_code == 200, answer.text
        content = answer.json()
        assert [item["rank"] for item in content["items"]] == list(range(1, limit + 1))
        return content["source"], content["items"]


class NewReader(Protocol):
    """Registers somebody."""

    def __call__(self, username: str, likes: list[str], age: int | None = None) -> Reader: ...


@contextlib.contextmanager
def registration(address: str) -> Iterator[NewReader]:
    """Registers readers by username and likes; their connections are closed at the end."""
    with contextlib.ExitStack() as clients:

        def register(username: str, likes: list[str], age: int | None = None) -> Reader:
            client = clients.enter_context(httpx.Client(base_url=address, timeout=30))
            return Reader(client, username, likes, age)

        yield register


def best_known_of(subgenre: str, count: int) -> list[str]:
    """ISBNs of the best known books whose main sub-genre is this one, one edition of each work."""
    catalogue = load_catalogue()
    first_edition = {book.work_idx: book.isbn for book in reversed(catalogue.books)}
    of_rank = {
        work.rank: first_edition[place]
        for place, work in enumerate(catalogue.works)
        if work.subgenres[0] == subgenre
    }
    return [of_rank[rank] for rank in range(count)]
