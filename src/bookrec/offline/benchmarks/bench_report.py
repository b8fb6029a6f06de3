"""Figures of a scoring benchmark: medians of interleaved repeats, as rates and ratios."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Timing:
    """One repeat of one way of scoring."""

    pairs: int
    seconds: float
    readers: int = 0
    """Whose whole lists these pairs were; 0 where no lists were made."""

    @property
    def rate(self) -> float:
        """Pairs a second."""
        return self.pairs / self.seconds


def steady(arrivals: Sequence[tuple[float, int, int]], workers: int) -> Timing:
    """What ``workers`` processes did between their start and the end of work.

    Each worker's first result is left out (it includes the start of the process), and so are the
    last ones, while some workers have nothing left to do.

    Args:
        arrivals: (time in seconds, pairs, readers) of each result, in the order of time.

    Raises:
        ValueError: there are too few results to leave some out.
    """
    first, last = 2 * workers - 1, len(arrivals) - workers
    if last <= first:
        raise ValueError(f"{len(arrivals)} results of {workers} workers are too few to time")
    counted = arrivals[first + 1 : last + 1]
    return Timing(
        sum(pairs for _, pairs, _ in counted),
        arrivals[last][0] - arrivals[first][0],
        sum(readers for _, _, readers in counted),
    )


@dataclass
class BenchComparison:
    """Ways of scoring the same model, repeat by repeat."""

    multiply_adds: int
    """Of a pair, after the split: what the limit is reckoned with."""
    limit_flops: float
    """Best sgemm rate seen, all threads, in floating-point operations a second."""
    timings: dict[str, list[Timing]] = field(default_factory=dict)
    """By name of the way, one for each repeat."""

    @property
    def limit(self) -> float:
        """Pairs a second, were there nothing but multiplying matrices at the best rate."""
        return self.limit_flops / (2 * self.multiply_adds)

    def rate(self, name: str) -> float:
        """Median pairs a second."""
        return statistics.median(timing.rate for timing in self.timings[name])

    def share(self, name: str) -> float:
        """Median rate as a share of the limit."""
        return self.rate(name) / self.limit

    def ratio(self, name: str, base: str) -> float:
        """Median over the repeats of how many times as fast as ``base`` it was in the same one."""
        both = zip(self.timings[name], self.timings[base], strict=True)
        return statistics.median(own.rate / other.rate for own, other in both)

    def best(self, prefix: str) -> str:
        """The way with the highest median among those whose names begin so."""
        return max((name for name in self.timings if name.startswith(prefix)), key=self.rate)

    def rows(self, base: str) -> Iterator[dict[str, Any]]:
        """A row of the table for each way."""
        for name, timings in self.timings.items():
            rates = [timing.rate for timing in timings]
            yield {
                "way": name,
                "pairs_per_second": self.rate(name),
                "lowest": min(rates),
                "highest": max(rates),
                "ratio": self.ratio(name, base),
                "share": self.share(name),
            }

    def lines(self, base: str) -> Iterator[str]:
        """The table, ``base`` being what the ratios are of."""
        width = max(len(name) for name in (*self.timings, "sgemm alone"))
        yield f"{'':{width}}  M pairs/s   (lowest-highest)  x {'predict':8} of the limit"
        for row in self.rows(base):
            spread = f"({row['lowest'] / 1e6:.2f}-{row['highest'] / 1e6:.2f})"
            yield (
                f"{row['way']:{width}}  {row['pairs_per_second'] / 1e6:9.2f}  {spread:>17}  "
                f"{row['ratio']:8.1f}  {row['share']:12.0%}"
            )
        yield f"{'sgemm alone':{width}}  {self.limit / 1e6:9.2f}  {'':17}  {'':8}  {1:12.0%}"


def duration(seconds: float) -> str:
    """Minutes and seconds, for people."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
