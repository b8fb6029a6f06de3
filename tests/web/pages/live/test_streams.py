"""Streams of a real server: at once, from where a browser left off, and ended with the server."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from bookrec.settings import Home
from bookrec.web.accounts.cli import create_account
from site_testing import PASSWORD, Server, form_token, start_server

pytestmark = pytest.mark.slow

CARRIE, SHINING, DUNE = "0743412281", "0345806786", "0441172717"
OWNER = "the-owner"
PATIENCE_S = 20


class Listener:
    """A stream that is read in a thread: messages as (event, id, data)."""

    def __init__(self, address: str, path: str, headers: dict[str, str]) -> None:
        self.messages: list[tuple[str, int, str]] = []
        self.status = 0
        self.ended = threading.Event()
        self._response: httpx.Response | None = None
        self._thread = threading.Thread(
            target=self._read, args=(address + path, headers), daemon=True
        )
        self._thread.start()

    def _read(self, url: str, headers: dict[str, str]) -> None:
        fields: dict[str, list[str]] = {}
        try:
            with httpx.stream("GET", url, headers=headers, timeout=None) as answer:
                self.status = answer.status_code
                self._response = answer
                for line in answer.iter_lines():
                    name, _, value = line.partition(": ")
                    if line:
                        fields.setdefault(name, []).append(value)
                        continue
                    if "data" in fields:
                        self.messages.append(
                            (
                                fields.get("event", [""])[0],
                                int(fields.get("id", ["0"])[0]),
                                "\n".join(fields["data"]),
                            )
                        )
                    fields = {}
        except httpx.TransportError:
            pass
        finally:
            self.ended.set()

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Wait until the messages are as they should be."""
        give_up_at = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < give_up_at, self.messages
            time.sleep(0.02)


class LiveServer:
    """A session over the API of a real server."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.http = httpx.Client(base_url=server.address, timeout=PATIENCE_S)
        answer = self.http.post("/api/v1/session", json={"username": OWNER, "password": PASSWORD})
        self.host = {"authorization": f"Bearer {answer.json()['token']}"}
        facts = self.http.post("/api/v1/host", json={"name": "Friday"}, headers=self.host).json()
        self.path, self.code = f"/api/v1/host/{facts['session']}", facts["code"]
        self.number = facts["session"]

    def visitor(self, name: str) -> dict[str, str]:
        """Headers of a visitor who has joined."""
        headers = {"bookrec-visitor": f"a-random-text-of-{name}"}
        answer = self.http.post(f"/api/v1/live/{self.code}/members", headers=headers)
        assert answer.status_code == 204, answer.text
        return headers

    def stage(self, isbn: str) -> int:
        """Show a book."""
        return self._event(f"{self.path}/actions", self.host, action="stage", isbn=isbn)

    def react(self, visitor: dict[str, str], kind: str, isbn: str) -> int:
        """React to a book."""
        path = f"/api/v1/live/{self.code}/reactions"
        return self._event(path, visitor, kind=kind, isbn=isbn)

    def _event(self, path: str, headers: dict[str, str], **body: str) -> int:
        answer = self.http.post(path, json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["event"])

    @contextmanager
    def listening(self, path: str, **headers: str) -> Iterator[Listener]:
        """Listen to a stream for the time of the block."""
        listener = Listener(self.server.address, path, headers)
        yield listener


@pytest.fixture(scope="module")
def server(published_snapshot: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server with two workers."""
    home = Home(tmp_path_factory.mktemp("live") / "home")
    shutil.copytree(published_snapshot, home.snapshots)
    create_account(home, OWNER, PASSWORD, operator=True)
    server = start_server(home, workers=2)
    yield server
    server.close()


@pytest.fixture
def live(server: Server) -> Iterator[LiveServer]:
    """A session on it."""
    live = LiveServer(server)
    yield live
    live.http.close()


def test_a_program_that_comes_back_misses_nothing(live: LiveServer) -> None:
    anna, ben = live.visitor("anna"), live.visitor("ben")
    live.stage(CARRIE)
    stream = f"{live.path}/stream"
    with live.listening(stream, **live.host) as first:
        liked = live.react(anna, "like", CARRIE)
        first.wait_for(lambda: liked in [number for _, number, _ in first.messages])
        kinds = [json.loads(data)["kind"] for event, _, data in first.messages if event == "event"]
        assert kinds == ["joined", "joined", "staged", "like"]
    missed = [live.react(ben, "dismiss", CARRIE), live.stage(SHINING)]
    with live.listening(stream, **live.host, **{"last-event-id": str(liked)}) as second:
        second.wait_for(lambda: any(event == "state" for event, _, _ in second.messages))
        events = [number for event, number, _ in second.messages if event == "event"]
        assert events == missed
        state = next(data for event, _, data in second.messages if event == "state")
        assert json.loads(state)["stage"]["book"]["isbn"] == SHINING
        assert json.loads(state)["event"] == missed[-1]
        live.http.delete(live.path, headers=live.host)
        assert second.ended.wait(PATIENCE_S)


def test_members_see_the_stage_and_the_host_every_reaction(live: LiveServer) -> None:
    """Pages: HTML parts, with the id of the event that they hold."""
    host, member = (httpx.Client(base_url=live.server.address, timeout=PATIENCE_S) for _ in "ab")
    token = form_token(host.get("/login").text)
    fields = {"username": OWNER, "password": PASSWORD, "next": "/", "csrf_token": token}
    host.post("/login", data=fields)
    link = f"/live/{live.code}"
    member.post(f"{link}/join", data={"csrf_token": form_token(member.get(link).text)})
    cookies = [
        {"cookie": "; ".join(f"{k}={v}" for k, v in c.cookies.items())} for c in (host, member)
    ]
    with (
        live.listening(f"/host/{live.number}/stream", **cookies[0]) as screen,
        live.listening(f"{link}/stream", **cookies[1]) as phone,
    ):
        screen.wait_for(lambda: bool(screen.messages))
        staged = live.stage(CARRIE)
        phone.wait_for(lambda: bool(phone.messages))
        assert [number for _, number, _ in phone.messages] == [staged]
        assert "Carrie" in phone.messages[0][2]
        token = form_token(member.get(link).text)
        member.post(f"{link}/react", data={"csrf_token": token, "like": CARRIE})
        screen.wait_for(lambda: "Liked by 1" in screen.messages[-1][2])
        assert len(phone.messages) == 1  # nothing of others' reactions
        # A phone that has the stage gets nothing anew; one that lacks it gets it at once.
        with live.listening(f"{link}/stream?after={staged}", **cookies[1]) as up_to_date:
            with live.listening(f"{link}/stream?after=1", **cookies[1]) as late:
                late.wait_for(lambda: bool(late.messages))
                assert 'aria-pressed="true"' in late.messages[0][2]
            assert up_to_date.messages == []
        ended = live.http.delete(live.path, headers=live.host)
        assert ended.status_code == 204
        assert phone.ended.wait(PATIENCE_S)
        assert screen.ended.wait(PATIENCE_S)
        assert "The session is over" in phone.messages[-1][2]
    last = phone.messages[-1][1]
    answer = member.get(f"{link}/stream", headers={"last-event-id": str(last)})
    assert answer.status_code == 204  # so that the browser does not come back
    host.close()
    member.close()


def test_strangers_have_no_stream(live: LiveServer) -> None:
    assert live.http.get(f"/live/{live.code}/stream").status_code == 404
    assert live.http.get(f"/host/{live.number}/stream").status_code == 303


def test_a_server_that_stops_ends_its_streams(
    home: Home, snapshot_id: str, serve: Callable[..., Server]
) -> None:
    create_account(home, OWNER, PASSWORD, operator=True)
    live = LiveServer(serve())
    anna = live.visitor("anna")
    live.stage(CARRIE)
    with live.listening(f"{live.path}/stream", **live.host) as listener:
        listener.wait_for(lambda: bool(listener.messages))
        live.react(anna, "like", CARRIE)
        live.http.close()
        assert live.server.stop() == 0
        assert listener.ended.wait(PATIENCE_S)
    assert "refused to gracefully stop" not in live.server.output()
