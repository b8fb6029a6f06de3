"""Plugin of pytest that lists the tests and fixtures that take most of a processor.

Use it:  python -m pytest -n0 -p processor_times tests/offline/models/exports

Seconds of this process and of the processes that it waited for; a busy machine adds little to them.
"""

from __future__ import annotations

import resource
from collections import Counter
from collections.abc import Iterator

import pytest

_LISTED = 40
_seconds: Counter[str] = Counter()


def _used() -> float:
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[object]) -> Iterator[None]:
    """Count a fixture, with the fixtures that it requests first."""
    before = _used()
    try:
        return (yield)
    finally:
        _seconds[f"fixture {fixturedef.argname} ({fixturedef.baseid})"] += _used() - before


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Count a test, without its fixtures."""
    before = _used()
    try:
        return (yield)
    finally:
        _seconds[item.nodeid] += _used() - before


def pytest_collection_finish() -> None:
    """Count what came before the first test: imports of the test modules most of all."""
    _seconds["start and collection"] = _used()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List the greatest."""
    terminalreporter.section("seconds of a processor")
    for name, seconds in _seconds.most_common(_LISTED):
        terminalreporter.write_line(f"{seconds:8.2f} {name}")
    terminalreporter.write_line(f"{_used():8.2f} in all")
