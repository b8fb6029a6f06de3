"""Pairs of real titles, labelled by hand as one work or two, and the measure of a grouping by them.

`PAIRS` was labelled before the rules were tuned on it. `SECOND` and `THIRD` were labelled likewise
and looked at only after that, one after the other; docs/works.md has the figures of the first look.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from requirements import REPOSITORY

_DIRECTORY = REPOSITORY / "tests" / "offline" / "data" / "works"
PAIRS = _DIRECTORY / "work_pairs.tsv"
SECOND = _DIRECTORY / "second_work_pairs.tsv"
THIRD = _DIRECTORY / "third_work_pairs.tsv"
FOURTH = _DIRECTORY / "fourth_work_pairs.tsv"
"""Sampled by a rule (docs/works.md) and labelled before any look at what the rules make of it."""
FIFTH = _DIRECTORY / "fifth_work_pairs.tsv"
"""Pairs that share a heading (docs/works.md) and that earlier rules kept apart, and some like them."""

Book = tuple[str, str]
"""Title and author."""


@dataclass(frozen=True)
class Quality:
    """Precision and recall of the pairs that a grouping joins."""

    precision: float
    recall: float

    def __str__(self) -> str:
        return f"precision {self.precision:.3f}, recall {self.recall:.3f}"


def read_pairs(path: Path) -> list[tuple[Book, Book, bool]]:
    """Both books of each pair, and whether they are one work."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [((a, by_a), (b, by_b), label == "1") for a, by_a, b, by_b, label in rows[1:]]


def measure(pairs: list[tuple[Book, Book, bool]], work: Mapping[Book, int]) -> Quality:
    """Precision and recall of ``work`` (by title and author) over labelled pairs."""
    joined = [(work[a] == work[b], label) for a, b, label in pairs]
    hits = sum(guess and label for guess, label in joined)
    return Quality(
        hits / sum(guess for guess, _ in joined), hits / sum(label for _, label in joined)
    )
