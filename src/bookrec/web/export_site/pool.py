"""Pool of processes that make units; one process alone works in place."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from bookrec.errors import BookrecError
from bookrec.web.export_site.site_view import ExportSource
from bookrec.web.export_site.unit_files import UnitResult, UnitWorker
from bookrec.web.export_site.units import Unit

_worker: UnitWorker | None = None
"""Worker of this process, when it is one of the pool."""


def work_units(
    units: Sequence[Unit], source: ExportSource, directory: Path, today: str, workers: int
) -> Iterator[UnitResult]:
    """Yield the results of all units, in any order.

    Raises:
        BookrecError: a process was killed, for instance for want of memory.
    """
    if workers == 1:
        worker = UnitWorker(source, directory, today)
        yield from map(worker.work, units)
        return
    # Spawned: a forked process would share the connections of this one.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _start, (source, directory, today)) as pool:
        futures = [pool.submit(_work, unit) for unit in units]
        try:
            for future in futures:
                yield future.result()
        except multiprocessing.ProcessError as error:
            raise _killed() from error
        except RuntimeError as error:
            if type(error).__name__ != "BrokenProcessPool":
                raise
            raise _killed() from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _killed() -> BookrecError:
    return BookrecError(
        "A process of the export was killed, perhaps for want of memory; the old site is whole. "
        "Run it again with fewer --workers."
    )


def _start(source: ExportSource, directory: Path, today: str) -> None:
    global _worker
    _worker = UnitWorker(source, directory, today)


def _work(unit: Unit) -> UnitResult:
    assert _worker is not None
    return _worker.work(unit)
