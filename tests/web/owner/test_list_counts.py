"""Books on lists, never on one, and the stock that the lists would sell: known answers."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bookrec.web.owner.list_counts import (
    list_counts,
    most_listed,
    never_listed,
    sellable_stock,
)
from bookrec.web.store.snapshot_reader import Snapshot
from small_snapshots import IDS, add


def test_counts_of_a_small_snapshot(tmp_path: Path) -> None:
    # Reader 1 has Dracula and Wuthering Heights on the list, reader 2 Wuthering Heights.
    add(tmp_path, IDS[0])
    snapshot = Snapshot(tmp_path / IDS[0])
    counts = asyncio.run(list_counts.of(snapshot))
    assert (counts.readers, counts.lists, counts.never) == (2, {2: 2, 3: 1}, 3)
    most = most_listed(snapshot, counts, 5)
    assert [(row.book.title, row.readers) for row in most] == [
        ("Wuthering Heights", 2),
        ("Dracula", 1),
    ]
    never = never_listed(snapshot, counts, 2)
    assert [row.book.title for row in never] == ["Emma", "Dracula (Signet)"]

    offers = [("0141439556", 100, 1), ("014143984X", 70, None), ("0441172717", 50, 9)]
    stock = sellable_stock(snapshot, counts, offers, 5)
    assert (stock.copies, stock.value, stock.unwanted) == (2, 170, 1)
    assert [(row.book.title, row.copies, row.value) for row in stock.best] == [
        ("Wuthering Heights", 1, 100),
        ("Dracula", 1, 70),
    ]
