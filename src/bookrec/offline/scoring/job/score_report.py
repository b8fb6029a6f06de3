"""Report of a scoring run: pairs, rates, seconds by stage, memory."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from bookrec.inference.ranker.interface import Ranker
from bookrec.inference.ranker.split_ranker import SplitRanker
from bookrec.offline.runtime.blas_peak import SgemmRate
from bookrec.offline.runtime.peak_memory import peak_resident_bytes


@dataclass
class ScoreReport:
    """Counters of one run, without the shards that an earlier run finished."""

    seconds: dict[str, float] = field(default_factory=dict)
    """Seconds by stage, in the order of their starts."""
    pairs: dict[str, int] = field(default_factory=dict)
    """Pairs in the lists' candidates, by stage."""
    computed: dict[str, int] = field(default_factory=dict)
    """Pairs that the ranker scored, by stage; fewer where lists share pairs."""
    multiply_adds: int = 0
    """Multiply-adds of the ranker for one pair; 0 = unknown."""
    compile_peak_bytes: int = 0
    """Peak resident memory of the compiling process."""
    worker_peak_bytes: int = 0
    """Peak resident memory of the largest worker."""

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a block; blocks of one name add up."""
        started = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - started

    def count(self, stage: str, pairs: int, computed: int) -> None:
        """Count a finished shard of a stage."""
        self.pairs[stage] = self.pairs.get(stage, 0) + pairs
        self.computed[stage] = self.computed.get(stage, 0) + computed

    def lines(self, machine: SgemmRate | None = None) -> Iterator[str]:
        """Yield the lines of the report; in plain words without a ``machine`` to compare with."""
        for stage, pairs in self.pairs.items():
            if pairs:
                scored = "scores of pairs" if machine is None else "pairs"
                yield f"{stage}: {pairs:,} {scored}, {self._rate(stage, machine)}"
        times = ", ".join(f"{name} {seconds:,.1f}" for name, seconds in self.seconds.items())
        yield f"seconds: {times}; together {sum(self.seconds.values()):,.1f}"
        yield "peak memory: " + ", ".join(
            f"{name} {size / 2**20:,.0f} MiB"
            for name, size in (
                ("here", peak_resident_bytes()),
                ("largest worker", self.worker_peak_bytes),
                ("compiling", self.compile_peak_bytes),
            )
            if size
        )

    def _rate(self, stage: str, machine: SgemmRate | None) -> str:
        seconds = max(self.seconds[stage], 1e-9)
        rate = self.pairs[stage] / seconds
        if machine is None:
            return f"{rate / 1e6:,.2f} million a second"
        line = f"{rate / 1e6:,.2f} M pairs/s, candidates and features included"
        if self.computed[stage] < self.pairs[stage]:
            line += f" ({self.computed[stage]:,} computed, each once for all lists that need it)"
        if not self.multiply_adds:
            return line
        share = 2 * self.multiply_adds * self.computed[stage] / seconds / machine.flops
        return (
            f"{line}: {self.multiply_adds:,} multiply-adds a pair, {share:.0%} of this machine's "
            f"{machine.flops / 1e9:,.0f} GFLOP/s ({machine.kernel}, {machine.threads} threads)"
        )


def pair_multiply_adds(ranker: Ranker) -> int:
    """Multiply-adds of a compiled ranker for one pair, without the terms of readers and books.

    0 for a ranker that is not compiled.
    """
    if not isinstance(ranker, SplitRanker):
        return 0
    sums = [*(operand for layer in ranker.layers for operand in layer.operands), ranker.last]
    kernels = [total.pairs for total in sums]
    for total in sums:
        kernels += [
            kernel for number, kernel in total.inputs if any(ranker.layers[number].pairwise)
        ]
    return sum(kernel.size for kernel in kernels if kernel is not None)
