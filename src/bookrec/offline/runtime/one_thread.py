"""One BLAS thread for work on the small arrays of one reader after the other."""

from __future__ import annotations

from contextlib import AbstractContextManager

from threadpoolctl import threadpool_limits


def one_blas_thread() -> AbstractContextManager[object]:
    """Limit BLAS to one thread in a block.

    The arrays of one reader are too small to split. Threads that wait for one another spin, which
    takes ten times the processor time where other work runs beside it.
    """
    limits: AbstractContextManager[object] = threadpool_limits(1, "blas")
    return limits
