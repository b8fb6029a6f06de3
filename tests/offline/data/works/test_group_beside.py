"""Grouping beside other work gives what grouping in place gives."""

from __future__ import annotations

import os

import pytest

from bookrec.offline.data.works import group_beside as module
from bookrec.offline.data.works.group_beside import group_beside

BOOKS = [
    ("Emma", "Jane Austen"),
    ("Dune", "Frank Herbert"),
    ("Emma: A Novel", "Austen, Jane"),
    ("Emma", ""),
]


@pytest.mark.parametrize(("large", "cores", "beside"), [(4, 2, 1), (5, 2, 0), (4, 1, 0)])
def test_many_books_are_grouped_in_another_process(
    large: int, cores: int, beside: int, monkeypatch: pytest.MonkeyPatch
):
    starts = []
    run_beside = module.run_beside

    def counted(*arguments):
        starts.append(arguments)
        return run_beside(*arguments)

    monkeypatch.setattr(module, "run_beside", counted)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)))
    with group_beside(BOOKS, large) as works:
        assert works() == [0, 1, 0, 2]
    assert len(starts) == beside
