"""Measurement of the site's search: reciprocal ranks and CPU time of queries whose book is known."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from bookrec.cli.search_bench.queries import BenchQuery
from bookrec.json_types import JsonObject
from bookrec.web.catalogue_search.search import SearchQuery, search
from bookrec.web.store.snapshot_reader import Snapshot

TOP: Final = 10
ALL: Final = "all"


@dataclass(frozen=True)
class Answer:
    """Result of one query."""

    query: BenchQuery
    rank: int | None
    """1-based place of the first edition of the book meant; None when it is not among `TOP`."""
    cpu_ms: float

    @property
    def reciprocal(self) -> float:
        """1 / rank, 0 without one."""
        return 1.0 / self.rank if self.rank else 0.0


@dataclass(frozen=True)
class Figures:
    """Means over queries of one class and kind."""

    kind_class: str
    kind: str
    """`ALL` for all kinds of a class."""
    queries: int
    mrr: float
    """Mean reciprocal rank among the first ten."""
    hits: float
    """Share of the queries whose book is among the first ten."""


def answer_all(snapshot: Snapshot, queries: Iterable[BenchQuery]) -> Iterator[Answer]:
    """Search for each query in this process, one after the other."""
    for query in queries:
        started = time.process_time()
        result = search(snapshot, SearchQuery(q=query.query, page_size=TOP))
        cpu_ms = 1000 * (time.process_time() - started)
        ranks = (
            rank
            for rank, book in enumerate(result.items, start=1)
            if query.means(book.title, book.author)
        )
        yield Answer(query, next(ranks, None), cpu_ms)


def figures(answers: list[Answer]) -> list[Figures]:
    """Return the figures of each class, then of each of its kinds."""
    groups: dict[tuple[str, str], list[Answer]] = {}
    for kind_class in sorted({answer.query.kind_class for answer in answers}):
        members = [answer for answer in answers if answer.query.kind_class == kind_class]
        groups[kind_class, ALL] = members
        for kind in sorted({answer.query.kind for answer in members}):
            groups[kind_class, kind] = [a for a in members if a.query.kind == kind]
    return [
        Figures(
            *key,
            len(members),
            fmean(answer.reciprocal for answer in members),
            fmean(answer.rank is not None for answer in members),
        )
        for key, members in groups.items()
    ]


def latency(answers: list[Answer]) -> JsonObject:
    """Return CPU milliseconds of a query: median, 95th percentile and the most."""
    times = sorted(answer.cpu_ms for answer in answers)
    return {
        "p50_ms": times[len(times) // 2],
        "p95_ms": times[min(len(times) - 1, int(0.95 * len(times)))],
        "max_ms": times[-1],
    }
