"""Queries as people type Vietnamese, and how well search finds well-known Vietnamese books by them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bookrec.cli.search_bench.measure import ALL, answer_all, figures
from bookrec.cli.search_bench.queries import make_queries
from bookrec.cli.search_bench.vietnamese import VIETNAMESE_KINDS, telex, vni
from bookrec.settings import Home
from bookrec.snapshot import current_snapshot
from bookrec.web.store.snapshot_reader import Snapshot
from vietnamese_catalogue import READERS, build_vietnamese, vietnamese_books


@pytest.mark.parametrize(
    ("word", "keys_of_telex", "keys_of_vni"),
    [("truyện", "truyeenj", "truye6n5"), ("đường", "dduwowngf", "d9u7o7ng2"), ("an", "an", "an")],
)
def test_keystrokes(word: str, keys_of_telex: str, keys_of_vni: str) -> None:
    assert telex(word) == keys_of_telex
    assert vni(word) == keys_of_vni


def test_well_known_books_are_found(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    build_vietnamese(home)
    assert len(vietnamese_books()) >= 150
    books = [(*book, READERS) for book in vietnamese_books()]
    queries = make_queries(books, 360, 5, VIETNAMESE_KINDS)
    assert {query.kind for query in queries} == {kind for _, kind, _ in VIETNAMESE_KINDS}
    answers = list(answer_all(Snapshot(current_snapshot(home.snapshots)), queries))
    rows = {row.kind_class: row.mrr for row in figures(answers) if row.kind == ALL}
    assert rows["clean"] >= 0.99
    assert rows["damaged"] >= 0.96
