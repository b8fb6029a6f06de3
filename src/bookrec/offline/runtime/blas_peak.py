"""Rate of float32 matrix products on this machine, the limit of scoring speed."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import Final

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

_SIZES: Final = (768, 1536)
"""Edges of the square matrices to multiply: fast to multiply, yet large enough for full speed."""


@dataclass(frozen=True)
class SgemmRate:
    """Highest measured rate."""

    flops: float
    """Floating-point operations a second; a multiply-add counts as two."""
    threads: int
    """Threads of BLAS."""
    kernel: str
    """BLAS and its kernel for this processor, e.g. ``openblas SkylakeX``."""


def sgemm_rate(seconds: float = 0.3, threads: int | None = None) -> SgemmRate:
    """Measure NumPy's float32 matrix product; the best repetition counts.

    Args:
        seconds: time to measure for, about.
        threads: threads of BLAS; None = one per core that this process may use.
    """
    count = threads or len(os.sched_getaffinity(0))
    best = 0.0
    with threadpool_limits(count, user_api="blas"):
        for size in _SIZES:
            best = max(best, _best_rate(size, seconds / len(_SIZES)))
        return SgemmRate(best, count, _kernel())


def _best_rate(size: int, seconds: float) -> float:
    left = np.ones((size, size), dtype=np.float32)
    out = np.empty_like(left)
    np.matmul(left, left, out=out)  # the first call starts threads and touches the pages
    best = float("inf")
    end = time.perf_counter() + seconds
    while (started := time.perf_counter()) < end:
        np.matmul(left, left, out=out)
        best = min(best, time.perf_counter() - started)
    return 2.0 * size**3 / best


def _kernel() -> str:
    blas = [library for library in threadpool_info() if library["user_api"] == "blas"]
    if not blas:
        return "unknown"
    return " ".join(str(blas[0][key]) for key in ("internal_api", "architecture") if key in blas[0])
