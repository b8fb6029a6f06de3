"""CPU milliseconds per request with and without the recording of events; run it as a script.

    PYTHONPATH=src python tests/support/event_costs.py DEMO_HOME

It copies the home directory, serves it in this process (`litestar.testing`), and prints the median of
rounds. The client's own time is in every figure, so only differences matter.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from bookrec.settings import Home
from bookrec.shop.events import Actor
from bookrec.web.accounts.accounts import find_for_sign_in
from bookrec.web.request.page_events import note_shown
from bookrec.web.store.catalogue import popular_books
from site_testing import Client, open_client, register, sign_in

ROUNDS = 40
OPENED = 10


def cpu_ms(client: Client, path: str, headers: dict[str, str]) -> float:
    """Return the median CPU time of a request in milliseconds, of all threads."""
    times = []
    for _ in range(ROUNDS):
        started = time.process_time()
        answer = client.get(path, headers=headers)
        times.append(1_000 * (time.process_time() - started))
        assert answer.status_code == 200, answer.text
    return statistics.median(times)


def main(source: Path) -> None:
    with tempfile.TemporaryDirectory() as directory:
        home = Home(Path(directory) / "home")
        home.root.mkdir()
        home.snapshots.symlink_to((source / "precomputed").resolve())
        with open_client(home) as client:
            measure(client)


def measure(client: Client) -> None:
    """Measure pages and API of a reader who liked three books and opened ten."""
    site = client.app.state.site
    snapshot = site.watch.current()
    isbns = [item.book.isbn for item in popular_books(snapshot, "all", 3 + 3 * OPENED)]
    api = register(client, "costs", liked_isbns=isbns[:3])
    sign_in(client, "costs")
    for isbn in isbns[3 : 3 + OPENED]:
        client.get(f"/books/{isbn}")
    actor = Actor("shop:1")
    for _ in range(120):
        note_shown(site, actor, "yours", isbns[:12], "/")
    client.blocking_portal.call(site.recorder.write_all)
    print(f"{'CPU of a request':<40} {'silent':>9} {'recorded':>12}")
    for path in ("/", f"/books/{isbns[5]}", "/api/v1/me/recommendations?limit=12"):
        headers = api if path.startswith("/api") else {}
        silent = cpu_ms(client, path, {**headers, "dnt": "1"})
        recorded = cpu_ms(client, path, headers)
        print(f"{path:<40} {silent:6.2f} ms {recorded:9.2f} ms")

    async def reading(recorded: bool) -> float:
        stored = await find_for_sign_in(site.database, "costs")
        assert stored is not None
        history = await site.lists.history(snapshot, stored.account)
        started = time.process_time()
        for _ in range(5 * ROUNDS):
            visit = await site.visits.of(snapshot, actor if recorded else None, history)
            await site.lists.recommend(snapshot, stored.account, history, 12, visit=visit)
        return 1_000 * (time.process_time() - started) / (5 * ROUNDS)

    plain, followed = (client.blocking_portal.call(reading, recorded) for recorded in (False, True))
    print(f"{'a list alone':<40} {plain:6.2f} ms {followed:9.2f} ms")
    noted, started = 0, time.process_time()
    for _ in range(1_000):
        noted += note_shown(site, Actor(visitor=f"v{noted}"), "yours", isbns[:12], "/") != ""
    client.blocking_portal.call(site.recorder.write_all)
    print(f"a list noted and written: {1_000 * (time.process_time() - started) / noted:.3f} ms")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
