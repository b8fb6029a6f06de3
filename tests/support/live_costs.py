"""Time from a reaction to the host's screen, with 300 people on one worker.

``PYTHONPATH=src:tests/support python tests/support/live_costs.py HOME [PEOPLE]`` serves a copy of the
snapshot of HOME. A third of the people are readers of the data set, the others visitors; all have a
stream open. The host shows a book, and they react, evenly over some seconds. The time is from the start
of the POST to the message on the host's stream that holds the reaction.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bookrec.settings import Home
from bookrec.snapshot import current_snapshot, open_database
from bookrec.web.accounts.accounts import NewAccount, create_account
from bookrec.web.accounts.sessions import start_session
from bookrec.web.kit import cookies
from bookrec.web.store import database
from site_testing import make_settings, start_server

ROUNDS = ((300, 30.0), (300, 10.0), (300, 3.0))
"""Reactions and the seconds over which they are spread."""


async def make_people(home: Home, count: int) -> tuple[str, list[str]]:
    """Create an operator and readers of the data set; return the tokens of their sessions."""
    with_snapshot = open_database(current_snapshot(home.snapshots))
    user_ids = [
        row[0]
        for row in with_snapshot.execute(
            "select user_id from reader order by reader_id limit ?", (count,)
        )
    ]
    settings, tokens = make_settings(), []
    async with database.opened(home.shop_database) as shop:
        for number, user_id in enumerate([None, *user_ids]):
            operator = user_id is None
            new = NewAccount(f"person-{number}", "no password", None, operator=operator)
            account = await create_account(shop, new)
            if user_id is not None:
                async with shop.write() as transaction:
                    await transaction.execute(
                        "update account set user_id = ? where account_id = ?",
                        (user_id, account.account_id),
                    )
            session = await start_session(shop, settings, account, "cookie", browser="costs")
            tokens.append(session.token)
    return tokens[0], tokens[1:]


@dataclass
class Stream:
    """Open stream of one person, and the time when each event arrived."""

    arrivals: list[tuple[int, float]] = field(default_factory=list)
    task: asyncio.Task[None] | None = None

    async def follow(self, port: int, path: str, cookie: str) -> None:
        """Read messages until the server ends the stream."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n\r\n"
        writer.write(request.encode())
        while line := await reader.readline():
            if line.startswith(b"id: "):
                self.arrivals.append((int(line[4:]), time.perf_counter()))
        writer.close()


@dataclass
class Person:
    """A member with the cookies and the token that forms need."""

    cookie: str
    token: str = ""
    stream: Stream = field(default_factory=Stream)


def token_of(page: str) -> str:
    match = re.search(r'name="csrf_token"\s+value="([0-9a-f]{64})"', page)
    assert match, page[:500]
    return match[1]


async def enter(client: httpx.AsyncClient, port: int, code: str, person: Person) -> None:
    """Join, and open the stream."""
    headers = {"cookie": person.cookie}
    answer = await client.get(f"/live/{code}", headers=headers)
    person.cookie = with_cookies(person.cookie, answer)
    answer = await client.post(
        f"/live/{code}/join",
        data={"csrf_token": token_of(answer.text)},
        headers={"cookie": person.cookie},
    )
    assert answer.status_code == 303, answer.text
    person.cookie = with_cookies(person.cookie, answer)
    page = await client.get(f"/live/{code}", headers={"cookie": person.cookie})
    person.token = token_of(page.text)
    follow = person.stream.follow(port, f"/live/{code}/stream", person.cookie)
    person.stream.task = asyncio.create_task(follow)


def with_cookies(cookie: str, answer: httpx.Response) -> str:
    """Return a Cookie header after an answer."""
    new = [text.partition(";")[0] for text in answer.headers.get_list("set-cookie")]
    return "; ".join([*filter(None, [cookie]), *new])


async def measure(home: Home, port: int, people: int) -> None:
    """Run the rounds and print their times."""
    host, readers = await make_people(home, people // 3)
    limits = httpx.Limits(max_connections=40)
    address = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=60) as client:
        headers = {"cookie": f"{cookies.SESSION}={host}"}
        token = token_of((await client.get("/host", headers=headers)).text)
        form = {"csrf_token": token, "name": "Costs"}
        path = (await client.post("/host", data=form, headers=headers)).headers["location"]
        page = (await client.get(path, headers=headers)).text
        code = re.search(r"/live/([a-z0-9]{8})", page)[1]  # type: ignore[index]
        screen = Stream()
        screen.task = asyncio.create_task(screen.follow(port, f"{path}/stream", headers["cookie"]))
        members = [Person(f"{cookies.SESSION}={t}") for t in readers]
        members += [Person("") for _ in range(people - len(readers))]
        started = time.perf_counter()
        for start in range(0, people, 30):
            await asyncio.gather(
                *(enter(client, port, code, p) for p in members[start : start + 30])
            )
        print(f"{people} people joined in {time.perf_counter() - started:.1f} s")
        for reactions, seconds in ROUNDS:
            page = (await client.get(path, headers=headers)).text
            isbn = re.search(r'name="stage" value="([^"]+)"', page)[1]  # type: ignore[index]
            shown_at = time.perf_counter()
            await client.post(path, data={"csrf_token": token, "stage": isbn}, headers=headers)
            await asyncio.sleep(3.0)
            last = [p.stream.arrivals[-1][1] for p in members if p.stream.arrivals]
            print(
                f"stage: {len(last)} screens, the last after {(max(last) - shown_at) * 1e3:.0f} ms"
            )
            times = await react(client, code, members, isbn, reactions, seconds, screen)
            times.sort()
            print(
                f"{reactions} reactions in {seconds:.0f} s: to the host's screen median "
                f"{statistics.median(times) * 1e3:.0f} ms, p95 "
                f"{times[int(len(times) * 0.95)] * 1e3:.0f} ms, max {times[-1] * 1e3:.0f} ms"
            )
        for stream in [screen, *(p.stream for p in members)]:
            assert stream.task is not None
            stream.task.cancel()


async def react(
    client: httpx.AsyncClient,
    code: str,
    members: list[Person],
    isbn: str,
    reactions: int,
    seconds: float,
    screen: Stream,
) -> list[float]:
    """Have members react one after the other; return the seconds until the host sees each."""
    begun = time.perf_counter()
    stored_before = screen.arrivals[-1][0]

    async def one_reaction(number: int) -> float:
        await asyncio.sleep(max(0.0, begun + number * seconds / reactions - time.perf_counter()))
        person, kind = members[number % len(members)], ("like", "dismiss", "want")[number % 3]
        started = time.perf_counter()
        answer = await client.post(
            f"/live/{code}/react",
            data={"csrf_token": person.token, kind: isbn, "script": "1"},
            headers={"cookie": person.cookie},
        )
        assert answer.status_code == 200, answer.text
        return started

    starts = await asyncio.gather(*(one_reaction(n) for n in range(reactions)))
    await asyncio.sleep(2.0)
    # Events are numbered in the order of writing, which is nearly that of the posts.
    first = stored_before + 1
    seen = []
    for place, started in enumerate(sorted(starts)):
        arrival = next((at for event, at in screen.arrivals if event >= first + place), None)
        assert arrival is not None, f"the host never saw reaction {place}"
        seen.append(arrival - started)
    return seen


def main() -> None:
    """Serve a copy of a home's snapshot, and measure."""
    source = Home(Path(sys.argv[1]))
    people = int(sys.argv[2]) if len(sys.argv) > 2 else 300
    with tempfile.TemporaryDirectory() as directory:
        home = Home(Path(directory))
        shutil.copytree(source.snapshots, home.snapshots)
        server = start_server(home)
        try:
            print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
            port = int(server.address.rpartition(":")[2])
            asyncio.run(measure(home, port, people))
            print(f"load {os.getloadavg()[0]:.1f}")
        finally:
            server.close()


if __name__ == "__main__":
    main()
