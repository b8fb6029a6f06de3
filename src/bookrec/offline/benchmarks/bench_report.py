"""Figures of a scoring benchmark: medians of interleaved repeats, as rates and ratios."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bookrec.json_types import JsonObject


@dataclass(frozen=True)
class Timing:
    """One repetition of one method of scoring."""

    pairs: int
    seconds: float
    readers: int = 0
    """Readers whose lists were made of these pairs; 0 without lists."""

    @property
    def rate(self) -> float:
        """Pairs per second."""
        return self.pairs / self.seconds


def steady(arrivals: Sequence[tuple[float, int, int]], workers: int) -> Timing:
    """Time several processes while all of them work.

    Each worker's first result is left out, because it includes the start of the process. So are the
    last results, when some workers are idle.

    Args:
        arrivals: (time in seconds, pairs, readers) of each result, in the order of time.
        workers: number of processes.

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
    """Timings of several methods that score one model."""

    multiply_adds: int
    """Multiply-adds of a pair after the split; they decide the limit."""
    limit_flops: float
    """Best measured sgemm rate of all threads, in floating-point operations per second."""
    timings: dict[str, list[Timing]] = field(default_factory=dict)
    """Name of each method → one timing per repetition."""

    @property
    def limit(self) -> float:
        """Pairs per second if scoring were matrix products alone, at the best rate."""
        return self.limit_flops / (2 * self.multiply_adds)

    def rate(self, name: str) -> float:
        """Median pairs per second of a method."""
        return statistics.median(timing.rate for timing in self.timings[name])

    def share(self, name: str) -> float:
        """Median rate as a share of the limit."""
        return self.rate(name) / self.limit

    def ratio(self, name: str, base: str) -> float:
        """Median speed-up over the method ``base``, within each repetition."""
        both = zip(self.timings[name], self.timings[base], strict=True)
        return statistics.median(timing.rate / other.rate for timing, other in both)

    def best(self, prefix: str) -> str:
        """Fastest method, by median rate, among those whose names begin with ``prefix``."""
        return max((name for name in self.timings if name.startswith(prefix)), key=self.rate)

    def rows(self, base: str) -> Iterator[JsonObject]:
        """Yield a row of the table per method; ratios are to ``base``."""
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
        """Yield the lines of the table; ratios are to ``base``."""
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
    """Format a duration as minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
