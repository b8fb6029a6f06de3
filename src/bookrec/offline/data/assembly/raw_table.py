"""Tables under cleaning: rows of one or several files; every rejected row is kept with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bookrec.json_types import JsonObject
from bookrec.offline.data.files.source_table import SourceTable
from bookrec.offline.data.mapping.masking import mask_rows

REJECTED_COLUMNS: Final = ("file", "line", "reason", "text")
"""Columns of ``rejected.csv.gz``; ``line`` is a physical line of the decompressed file."""
PLACE_COLUMNS: Final = ("part", "first_line", "last_line")
"""Columns that say where a row stands: position of its table, and its physical lines."""
NO_LOSS: Final = frozenset(
    {
        "duplicate",
        "blank_line",
        "total_row",
        "below_total_row",
        "repeated_header",
        "returned",
        "walk_in_customer",
        "left_out",
        "order_cancelled",
        "loan_returned",
    }
)
"""Reasons of rows that are left out without a loss: said twice, no row at all, or meant so."""


@dataclass
class RawTable:
    """A table under cleaning: rows, rejected rows, and counts of repairs."""

    parts: Sequence[SourceTable]
    """Tables that the rows come from."""
    frame: pd.DataFrame
    """Columns of the rows, and `PLACE_COLUMNS`."""
    repaired: Counter[str] = field(default_factory=Counter)
    """Rule → number of rows that it changed."""
    rows_read: list[int] | None = None
    """[parts] rows of each part; None = those of its file, readable or not."""
    private: Collection[str] = ()
    """Ids of readers that are e-mail addresses or phone numbers; masked in rejected rows."""
    _rejected: list[pd.DataFrame] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Count what the files themselves repaired and could not read, unless told otherwise."""
        if self.rows_read is not None:
            return
        self.rows_read = [part.rows_read for part in self.parts]
        for at, part in enumerate(self.parts):
            self.repaired += part.repaired
            if part.unreadable:
                firsts, lasts, reasons = zip(*part.unreadable, strict=True)
                self._keep(np.full(len(firsts), at), np.array(firsts), np.array(lasts), reasons)

    @property
    def name(self) -> str:
        """Names of the tables, for messages."""
        names = [part.name for part in self.parts]
        return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")

    def reject(self, unwanted: NDArray[np.bool_] | pd.Series, reason: str) -> None:
        """Move rows from the frame to the rejected ones.

        Args:
            unwanted: [rows] True for the rows to reject.
            reason: reason for the manifest and ``rejected.csv.gz``.
        """
        mask = np.asarray(unwanted, dtype=bool)
        if not mask.any():
            return
        place = [self.frame[column].to_numpy()[mask] for column in PLACE_COLUMNS]
        self._keep(place[0], place[1], place[2], [reason] * int(mask.sum()))
        self.frame = self.frame.loc[~mask].reset_index(drop=True)

    def reject_each(self, column: str, fault_of: Callable[[str], str]) -> None:
        """Reject rows by the fault of their text in a column.

        Args:
            column: name of the column.
            fault_of: reason for a text, "" = none; called once for each distinct text.
        """
        codes, texts = pd.factorize(self.frame[column])
        faults = np.array([fault_of(text) for text in texts.tolist()], dtype=object)[codes]
        for reason in dict.fromkeys(fault for fault in faults.tolist() if fault):
            self.reject(faults == reason, reason)
            faults = faults[faults != reason]

    def repair(self, rule: str, rows: int) -> None:
        """Count rows that a rule changed."""
        if rows:
            self.repaired[rule] += int(rows)

    def _keep(
        self,
        parts: NDArray[np.int64],
        firsts: NDArray[np.int64],
        lasts: NDArray[np.int64],
        reasons: Sequence[str],
    ) -> None:
        columns = {"part": parts, "first_line": firsts, "last_line": lasts, "reason": list(reasons)}
        self._rejected.append(pd.DataFrame(columns))

    def take_reasons(self, other: RawTable, parts: Sequence[int]) -> None:
        """Take over the rejected rows of some parts from a table of the same parts."""
        for rows in other._rejected:
            chosen = rows[rows["part"].isin(parts)]
            if len(chosen):
                self._rejected.append(chosen)

    def rejected(self) -> pd.DataFrame:
        """Return the rejected rows in file order, with the columns of ``rejected.csv.gz``.

        E-mail addresses and phone numbers are masked in their texts.
        """
        if not self._rejected:
            return pd.DataFrame(columns=list(REJECTED_COLUMNS))
        rows = pd.concat(self._rejected).sort_values(["part", "first_line"], kind="stable")
        texts: list[str] = []
        for part in dict.fromkeys(rows["part"].tolist()):
            lines = rows.loc[rows["part"] == part, ["first_line", "last_line"]].to_numpy().T
            texts += mask_rows(self.parts[part].texts_of(*lines), self.private)
        names = [self.parts[part].name for part in rows["part"].tolist()]
        columns = (names, rows["first_line"].to_numpy(), rows["reason"].to_numpy(), texts)
        return pd.DataFrame(dict(zip(REJECTED_COLUMNS, columns, strict=True)))

    def reasons(self) -> Counter[tuple[int, str]]:
        """Count the rejected rows by part and reason."""
        counts: Counter[tuple[int, str]] = Counter()
        for rows in self._rejected:
            counts.update(zip(rows["part"].tolist(), rows["reason"].tolist(), strict=True))
        return counts

    def reports(self) -> dict[str, JsonObject]:
        """Return the counts of each file for the manifest; rows that the frame holds are kept ones.

        Repairs are counted over all files together and stand with the first.
        """
        kept = np.bincount(self.frame["part"].to_numpy(), minlength=len(self.parts))
        reasons = self.reasons()
        reports: dict[str, JsonObject] = {}
        for at, part in enumerate(self.parts):
            rejected = {reason: rows for (of, reason), rows in reasons.items() if of == at}
            read = (self.rows_read or [])[at]
            assert read == kept[at] + sum(rejected.values()), (
                f"{part.name}: {read} rows read, {kept[at]} kept, {rejected}"
            )
            reports[part.name] = {
                "rows_read": read,
                "rows_kept": int(kept[at]),
                "rejected": rejected,
                "repaired": dict(self.repaired) if at == 0 else {},
                "sha256": part.sha256,
            }
        return reports
