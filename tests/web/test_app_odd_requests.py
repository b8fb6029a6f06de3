"""Requests that no browser sends: whatever comes over any route, the answer is never a 5xx.

Requests go straight into the ASGI application, because a client library would not send most of them.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import quote_from_bytes, urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookrec.settings import Home
from bookrec.web.accounts.accounts import NewAccount, create_account
from bookrec.web.accounts.sessions import find_session, start_session
from bookrec.web.edge import bodies
from bookrec.web.kit.csrf import masked
from site_testing import Client, Server, open_client

ODD = [
    "",
    "\0",
    "a\0b",
    "\ud800",
    "\udcff",
    "\n\r",
    "%",
    "%00",
    "%ff",
    "%ud800",
    "..",
    "../../etc/passwd",
    "'\"",
    "NEAR(",
    "* OR *",
    "-1",
    "9" * 30,
    "9" * 5_000,
    "1e400",
    "nan",
    "0x10",
    "²",
    "١",
    "\u202e",
    "a" * 300,
    "a" * 20_000,
    "shop:1",
    "0141439580",
    "978-0-14-143958-7",
]
texts = st.sampled_from(ODD) | st.text(st.characters(), max_size=40)
odd_bytes = texts.map(lambda text: text.encode(errors="surrogatepass")) | st.binary(max_size=60)
HEADERS = [
    b"accept",
    b"accept-encoding",
    b"accept-language",
    b"authorization",
    b"content-length",
    b"cookie",
    b"host",
    b"if-modified-since",
    b"if-none-match",
    b"origin",
    b"range",
    b"referer",
    b"transfer-encoding",
    b"x-forwarded-for",
]
TYPES = [
    b"application/x-www-form-urlencoded",
    b"application/x-www-form-urlencoded; charset=nope",
    b"application/json",
    b"application/json; charset=utf-7",
    b"multipart/form-data",
    b"multipart/form-data; boundary=x",
    b"text/plain",
    b"\xff",
]
NAMES = [
    "action", "age", "author", "email", "isbn", "lang", "liked_isbns", "limit", "new_password", "next",
    "page", "page_size", "password", "publisher", "q", "rating", "session_id", "sort", "username",
    "year_from", "year_to",
]  # fmt: skip
JSON = [
    b'{"username":' + b"[" * 1_000 + b"]" * 1_000 + b"}",
    b"[" * 90_000,
    b'{"username": "\\ud800abc", "password": "\\ud800abcdefgh"}',
    b'{"username": "a\\u0000bc", "password": "correct-horse-9", "liked_isbns": ["\\u0000", "\\ud800"]}',
    b'{"rating": 1e400}',
    b'{"rating": ' + b"9" * 5_000 + b"}",
    b'{"password": "\\u0000", "new_password": "\\ud800\\ud800\\ud800\\ud800x"}',
    b"\xff",
    b"",
    b"null",
]
LIMITS = (
    "attempts_per_username",
    "attempts_per_username_anywhere",
    "attempts_per_address",
    "registrations_per_address",
)
MULTIPART = (
    b"--x\r\nContent-Disposition: form-data; name=\"q\"; filename*=utf-7''%ff\r\n\r\n1\r\n--x--"
)


@dataclass
class Asgi:
    """Sends raw requests to the application, signed in or not."""

    client: Client
    token: str = ""
    bearer: str = ""
    seen: dict[str, set[int]] = field(default_factory=dict)

    def call(
        self,
        method: str,
        path: str,
        *,
        query: bytes = b"",
        headers: list[tuple[bytes, bytes]] | None = None,
        body: bytes = b"",
    ) -> int:
        """Status of the answer."""
        status: int = self.client.blocking_portal.call(
            self._call, method, path, query, headers or [], body
        )
        self.seen.setdefault(path, set()).add(status)
        return status

    async def _call(self, method: str, path: str, query: bytes, headers: list, body: bytes) -> int:
        messages = [{"type": "http.request", "body": body, "more_body": False}]
        sent: list[dict] = []

        async def receive() -> dict:
            return messages.pop(0) if messages else {"type": "http.disconnect"}

        async def send(message: dict) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(errors="surrogatepass"),
            "query_string": query,
            "root_path": "",
            "headers": headers,
            "client": ("127.0.0.1", 50_000),
            "server": ("127.0.0.1", 8_000),
            "state": {},
        }
        await self.client.app(scope, receive, send)  # type: ignore[arg-type]
        return int(sent[0]["status"])

    def signed_in(self) -> list[tuple[bytes, bytes]]:
        """Headers of a reader, new after the last one signed out or left."""
        return self.client.blocking_portal.call(self._signed_in)

    async def _signed_in(self) -> list[tuple[bytes, bytes]]:
        site = self.client.app.state.site
        if not self.token or not await find_session(
            site.database, site.settings, self.token, "cookie"
        ):
            name = f"reader-{time.monotonic_ns()}"
            account = await create_account(site.database, NewAccount(name, "no hash"))
            for kind in ("cookie", "bearer"):
                session = await start_session(site.database, site.settings, account, kind)
                setattr(self, "token" if kind == "cookie" else "bearer", session.token)
        return [
            (b"cookie", f"bookrec_session={self.token}".encode()),
            (b"authorization", f"Bearer {self.bearer}".encode()),
        ]

    def form_token(self) -> str:
        """Token of the forms of the signed-in reader."""
        return masked(self.client.app.state.site.form_tokens.for_session(self.token))


@pytest.fixture(scope="module")
def asgi(published_snapshot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asgi]:
    import shutil

    home = Home(tmp_path_factory.mktemp("odd") / "home")
    shutil.copytree(published_snapshot, home.snapshots)
    limits = dict.fromkeys(
        (
            "attempts_per_username",
            "attempts_per_username_anywhere",
            "attempts_per_address",
            "registrations_per_address",
        ),
        10**9,
    )
    with open_client(home, **limits) as client:
        yield Asgi(client)


def routes(client: Client) -> list[tuple[str, str]]:
    """Method and path, parameters in braces, of every route; static files as well."""
    pairs = []
    for route in client.app.routes:
        for method in sorted(getattr(route, "methods", None) or {"GET"}):
            pairs.append((method, route.path))
    pairs += [("GET", "/static/{name}"), ("GET", "/{path}")]
    assert len(pairs) > 40
    return pairs


def filled(path: str, value: str) -> str:
    """A route's path with a value for its parameters."""
    return "/".join(value if part.startswith("{") else part for part in path.split("/"))


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_no_request_is_answered_with_a_5xx(asgi: Asgi, data: st.DataObject) -> None:
    known = routes(asgi.client)
    method, route = data.draw(st.sampled_from(known))
    path = filled(route, data.draw(texts))
    if data.draw(st.integers(0, 9)) == 0:
        method = data.draw(st.sampled_from(["HEAD", "OPTIONS", "TRACE", "PUT", "x", "é"]))
    headers = [(b"host", b"shop.example")]
    reader = data.draw(st.booleans())
    if reader:
        headers += asgi.signed_in()
    headers += data.draw(st.lists(st.tuples(st.sampled_from(HEADERS), odd_bytes), max_size=2))
    pairs = data.draw(st.lists(st.tuples(st.sampled_from(NAMES), odd_bytes), max_size=3))
    fields = b"&".join(name.encode() + b"=" + _encoded(data, value) for name, value in pairs)
    content = data.draw(st.sampled_from(["form", "json", "multipart", "raw", "bomb"]))
    token = f"csrf_token={asgi.form_token()}&".encode() if reader else b""
    body = {
        "form": token + fields,
        "json": data.draw(st.sampled_from(JSON)),
        "multipart": MULTIPART,
        "raw": data.draw(odd_bytes),
        "bomb": token + b"a&" * 40_000,
    }[content]
    types = {"form": TYPES[0], "bomb": TYPES[0], "json": TYPES[2], "multipart": TYPES[5]}
    headers.append((b"content-type", types.get(content) or data.draw(st.sampled_from(TYPES))))
    query = fields if data.draw(st.booleans()) else data.draw(odd_bytes)
    status = asgi.call(method, path, query=query, headers=headers, body=body)
    assert status < 500, (method, path, query[:200], headers, body[:200])


def _encoded(data: st.DataObject, value: bytes) -> bytes:
    return quote_from_bytes(value).encode() if data.draw(st.booleans()) else value


SOME = ["\0", "\ud800", "%ff", "9" * 5_000, "a" * 300, "\n\r", "NEAR("]


@pytest.mark.parametrize("value", SOME, ids=range(len(SOME)))
def test_every_route_survives_every_odd_value(asgi: Asgi, value: str) -> None:
    host = [(b"host", b"shop.example")]
    raw = value.encode(errors="surrogatepass")[:500]
    escaped = quote_from_bytes(raw).encode()
    faults = []
    for method, route in routes(asgi.client):
        headers = host + asgi.signed_in()
        is_api = route.startswith("/api/")
        headers.append((b"content-type", TYPES[2] if is_api else TYPES[0]))
        names = "&".join(NAMES).encode().split(b"&")
        form = f"csrf_token={asgi.form_token()}&".encode() + b"&".join(
            name + b"=" + escaped for name in names
        )
        body = json.dumps(dict.fromkeys(NAMES, value)).encode() if is_api else form
        query = b"&".join(name + b"=" + escaped for name in names[:6])
        for path in {filled(route, value), filled(route, "0141439580")}:
            status = asgi.call(
                method, path, query=b"" if is_api else query, headers=headers, body=body
            )
            if status >= 500:
                faults.append((status, method, path[:80]))
    assert faults == []


@pytest.mark.parametrize(
    "host", [b"x:bad", b"x:99999", b"[::1", b"\xff", b"a b", b"x/y", b"u@x", b"[x]:1"]
)
def test_a_host_that_is_none_is_refused(asgi: Asgi, host: bytes) -> None:
    for path in ("/", "/login", "/api/v1/books", "/nowhere"):
        assert asgi.call("GET", path, headers=[(b"host", host)]) == 400


@pytest.mark.parametrize("host", [b"x", b"x:", b"x:8000", b"[::1]:80", b"shop.example", b""])
def test_a_host_is_a_name_with_or_without_a_port(asgi: Asgi, host: bytes) -> None:
    assert asgi.call("GET", "/login", headers=[(b"host", host)]) == 200


@pytest.mark.parametrize("body", JSON, ids=range(len(JSON)))
def test_odd_json_is_a_fault_of_the_client(asgi: Asgi, body: bytes) -> None:
    headers = [(b"host", b"x"), (b"content-type", b"application/json"), *asgi.signed_in()]
    for method, path in (
        ("POST", "/api/v1/accounts"),
        ("POST", "/api/v1/session"),
        ("PUT", "/api/v1/me/ratings/0141439580"),
        ("POST", "/api/v1/me/password"),
    ):
        assert asgi.call(method, path, headers=headers, body=body) in range(200, 500)


# --- a real server ------------------------------------------------------------------------------


@pytest.mark.slow
def test_half_sent_requests_stop_nobody_else(
    serve: Callable[..., Server], snapshot_id: str
) -> None:
    """More connections than a worker's former bound of 1,024, half of them in each way to be slow."""
    server = serve()
    address = urlsplit(server.address)
    assert address.hostname
    assert address.port
    place = (address.hostname, address.port)
    half_body = (
        b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: 1000\r\n\r\n{"
    )
    with closing(_Crowd(place)) as crowd:
        crowd.send(half_body, 700)
        crowd.send(b"GET / HTTP/1.1\r\nHost: x\r\nX-", 700)
        with httpx.Client(base_url=server.address, timeout=5) as http:
            for path in ("/", "/books", "/health/live", "/health/ready"):
                assert http.get(path).status_code == 200
            refused = http.post("/api/v1/session", json={"username": "anna", "password": "x"})
            assert refused.status_code == 429, "the crowd's own address waits"
        statuses = crowd.statuses(700)
        assert statuses.count(429) == 700 - bodies.MOST_PER_CLIENT
        assert statuses.count(408) == bodies.MOST_PER_CLIENT
    body = {"username": "anna", "password": "correct-horse-9"}
    assert httpx.post(f"{server.address}/api/v1/accounts", json=body).status_code == 201


class _Crowd:
    """Many connections from one machine."""

    def __init__(self, place: tuple[str, int]) -> None:
        self._place = place
        self._sockets: list[socket.socket] = []

    def send(self, start: bytes, count: int) -> None:
        for _ in range(count):
            connection = socket.create_connection(self._place, timeout=30)
            connection.sendall(start)
            self._sockets.append(connection)

    def statuses(self, count: int) -> list[int]:
        """Statuses of the answers to the first connections, once they come."""
        return [int(connection.recv(64).split(b" ")[1]) for connection in self._sockets[:count]]

    def close(self) -> None:
        for connection in self._sockets:
            connection.close()
