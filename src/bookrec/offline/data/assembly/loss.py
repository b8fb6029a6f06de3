"""Losses of an import: rows and values that are not in the data set although the source has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from bookrec.json_types import JsonObject
from bookrec.offline.data.assembly.raw_table import NO_LOSS
from bookrec.offline.data.values.dates import TIMESTAMP_IMPOSSIBLE

MOST_LOST: Final = 0.05
"""Share of the rows of a file that may be lost for one reason without the operator's consent."""
_EXAMPLES: Final = 3


@dataclass(frozen=True)
class Loss:
    """Rows of a file that are lost, or lose a value, for one reason."""

    file: str
    reason: str
    rows: int
    rows_read: int

    @property
    def share(self) -> float:
        """Share of the file's rows."""
        return self.rows / max(self.rows_read, 1)


def losses(accounts: Mapping[str, JsonObject]) -> list[Loss]:
    """Every loss by file and reason, the largest share first.

    A value that cannot be read and becomes unknown is one as a row that is left out is. Rows said
    twice, blank lines and totals are none.
    """
    entries = []
    for file, account in accounts.items():
        lost = {
            reason: rows for reason, rows in account["rejected"].items() if reason not in NO_LOSS
        }
        lost |= {
            rule: rows
            for rule, rows in account["repaired"].items()
            if rule.endswith("_unreadable") or rule == TIMESTAMP_IMPOSSIBLE
        }
        entries += [Loss(file, reason, rows, account["rows_read"]) for reason, rows in lost.items()]
    return sorted(entries, key=lambda loss: -loss.share)


def heavy_losses(accounts: Mapping[str, JsonObject]) -> list[Loss]:
    """Losses of more than `MOST_LOST` of a file."""
    return [loss for loss in losses(accounts) if loss.share > MOST_LOST]


def example_lines(rejected: pd.DataFrame) -> Iterator[str]:
    """Lines for the screen: for each file and reason of a loss, its first rows.

    Args:
        rejected: rejected rows, with the columns of ``rejected.csv.gz``.
    """
    lost = rejected[~rejected["reason"].isin(NO_LOSS)]
    for (file, reason), rows in lost.groupby(["file", "reason"], sort=False):
        yield f"{file}: {reason}, for example"
        for line, text in zip(
            rows["line"].head(_EXAMPLES), rows["text"].head(_EXAMPLES), strict=True
        ):
            yield f"    line {line}: {_one_line(str(text))}"


def _one_line(text: str) -> str:
    shown = "".join(c if c.isprintable() else " " for c in text)
    return shown if len(shown) <= 100 else shown[:99] + "…"
