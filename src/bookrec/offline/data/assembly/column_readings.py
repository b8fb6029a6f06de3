"""Readings of whole columns: scale of ratings, order of dates, walk-in customers, returned copies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import msgspec
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bookrec.offline.data.assembly.raw_table import RawTable
from bookrec.offline.data.mapping.fields import UNDECIDED
from bookrec.offline.data.mapping.mapping import Mapping
from bookrec.offline.data.values.dates import DAY_FIRST, MONTH_FIRST, DateFormat, read_date_format
from bookrec.offline.data.values.numbers import convert_numbers, read_number_format
from bookrec.offline.data.values.ratings import RatingScale, read_scale
from bookrec.offline.data.values.walk_in import WalkIn, find_walk_in
from bookrec.text import fold

_MOST_COPIES: Final = 10_000
"""Most copies that one row counts for."""
_SCALES: Final = {
    "1-5": RatingScale(5),
    "0.5-5": RatingScale(5, whole=False),
    "1-10": RatingScale(10),
    "0-100": RatingScale(100),
}
_DATES: Final = {"day first": DAY_FIRST, "month first": MONTH_FIRST}
_RETURNS: Final = frozenset(
    {"return", "returned", "refund", "refunded", "cancel", "cancelled", "canceled", "tra", "huy"}
    | {"tra hang", "hang tra", "hoan tra", "hoan tien", "da huy", "da tra", "tra lai", "hoan"}
)
"""Folded words for copies that came back."""
_CANCELLED: Final = frozenset(
    {
        "cancel",
        "cancelled",
        "canceled",
        "refund",
        "refunded",
        "void",
        "voided",
        "failed",
        "rejected",
    }
    | {"declined", "expired", "huy", "da huy", "huy don", "hoan tien", "da hoan tien", "that bai"}
)
"""Folded words for the state of an order that came to nothing."""
_LOANS: Final = frozenset(
    {"checkout", "check out", "checked out", "loan", "loaned", "lend", "issue", "issued"}
    | {"borrow", "borrowed", "muon", "cho muon", "muon sach"}
)
"""Folded words for a loan; beside them a return is the end of a loan, not a regret."""


@dataclass
class Readings:
    """Readings of the columns of interactions."""

    scale: RatingScale
    dates: DateFormat
    notes: list[str]
    """Sentences on what was found, for the operator."""
    has_ratings: bool = False
    """Whether the scale is that of ratings, and not assumed for want of any."""
    has_ordered_dates: bool = False
    """Whether the order of dates was decided, by them or by the mapping."""
    questions: dict[str, str] = field(default_factory=dict)
    """Key of the mapping → sentence on what its values leave open."""

    def decided(self, mapping: Mapping) -> Mapping:
        """Return the mapping with the scale of ratings and the order of dates, for later files."""
        scales = {(scale.most, scale.whole): name for name, scale in _SCALES.items()}
        scale = scales.get((self.scale.most, self.scale.whole), "") if self.has_ratings else ""
        orders = {order: name for name, order in _DATES.items()}
        dates = orders[self.dates.order] if self.has_ordered_dates else ""
        scale, dates = mapping.rating_scale or scale, mapping.dates or dates
        return msgspec.structs.replace(mapping, rating_scale=scale, dates=dates)


def read_columns(table: RawTable, mapping: Mapping, *, vietnamese: bool) -> Readings:
    """Find the scale of ratings and the order of dates, as far as the mapping does not state them.

    Args:
        table: texts of interactions.
        mapping: of the source.
        vietnamese: whether the times have Vietnamese headers: there the day comes first.
    """
    notes, questions = [], {}
    scale = _SCALES.get(mapping.rating_scale)
    rated = bool((table.frame["rating"] != "").any())
    if scale is None:
        scale = read_scale(table.frame["rating"]) if rated else RatingScale(10)
        if several := _several_scales(table):
            questions["rating_scale"] = f"{several}."
        elif not scale.sure:
            questions["rating_scale"] = f"{scale.evidence}; write which."
        elif rated:
            notes.append(f"Ratings: {scale.evidence}.")
    dates = DateFormat(_DATES[mapping.dates]) if mapping.dates in _DATES else None
    if dates is None:
        dates = read_date_format(table.frame["timestamp"])
        if not dates.sure and vietnamese:
            notes.append(
                f"Times: {dates.evidence}; the day comes first, as Vietnamese dates have it."
            )
            dates = DateFormat(DAY_FIRST, "the headers are Vietnamese")
        elif not dates.sure:
            questions["dates"] = f"{dates.evidence}; write which part comes first."
    ordered = "order open" not in dates.evidence
    return Readings(scale, dates, notes, rated, ordered, questions)


def _several_scales(table: RawTable) -> str:
    """Sentence on files whose ratings are surely of different scales; "" where they agree."""
    parts = table.frame["part"].to_numpy()
    if len(table.parts) < 2:
        return ""
    name_of_scale: dict[int, str] = {}
    for at in np.unique(parts).tolist():
        ratings = table.frame.loc[parts == at, "rating"]
        scale = read_scale(ratings)
        if bool((ratings != "").any()) and scale.sure:
            name_of_scale.setdefault(scale.most, table.parts[at].name)
    if len(name_of_scale) < 2:
        return ""
    (most, name), (other, other_name) = list(name_of_scale.items())[:2]
    return (
        f"the ratings of {name} are of {most}, those of {other_name} of {other}; import one of them "
        "first and the other with --add, which converts them, or write the scale of both"
    )


def undecided_mapping(mapping: Mapping, questions: dict[str, str]) -> Mapping:
    """The mapping with ``?`` for every key that has to be decided."""
    return msgspec.structs.replace(mapping, **dict.fromkeys(questions, UNDECIDED))


def find_nobody(table: RawTable) -> WalkIn | None:
    """Find walk-in customers among purchases; None where no row is a purchase."""
    purchases = (table.frame["meaning"] == "purchases").to_numpy()
    if not purchases.any():
        return None
    walk_in = find_walk_in(table.frame["user_id"].where(purchases, "a reader"))
    return WalkIn(walk_in.rows & purchases, walk_in.names, walk_in.notes)


def fill_orders(table: RawTable) -> None:
    """Give rows without a reader or time those of the first row of their order.

    Exports of shops name the customer on the first line of an order only.
    """
    orders = table.frame["order_id"]
    if not (orders != "").any():
        return
    for column, rule in (
        ("user_id", "reader_of_the_order"),
        ("timestamp", "time_of_the_order"),
        ("status", "status_of_the_order"),
    ):
        values = table.frame[column]
        blank = (values.str.strip() == "") & (orders != "")
        known = table.frame.loc[(values.str.strip() != "") & (orders != ""), ["order_id", column]]
        if known.empty or not blank.any():
            continue
        of_order = known.drop_duplicates("order_id").set_index("order_id")[column]
        filled = orders[blank].map(of_order).fillna("")
        table.repair(rule, int((filled != "").sum()))
        table.frame.loc[blank, column] = filled.astype("str")


def cancelled_rows(frame: pd.DataFrame) -> NDArray[np.bool_]:
    """[rows] whether the order came to nothing; a purchase that is returned did as well."""
    codes, words = pd.factorize(frame["status"])
    folded = [fold(word) for word in words]
    cancelled = np.array([word in _CANCELLED for word in folded], dtype=bool)[codes]
    returned = np.array([word in _RETURNS for word in folded], dtype=bool)[codes]
    purchases = (frame["meaning"] == "purchases").to_numpy()
    rows: NDArray[np.bool_] = cancelled | (returned & purchases)
    return rows


def ended_loans(frame: pd.DataFrame) -> NDArray[np.bool_]:
    """[rows] whether a book of a library came back: its reader had it all the same."""
    codes, words = pd.factorize(frame["kind"])
    folded = [fold(word) for word in words]
    if not any(word in _LOANS for word in folded):
        return np.zeros(len(frame), dtype=bool)
    rows: NDArray[np.bool_] = np.array([word in _RETURNS for word in folded], dtype=bool)[codes]
    return rows


def returned_rows(frame: pd.DataFrame) -> NDArray[np.bool_]:
    """[rows] whether copies came back: rows of returns, words for it, or a negative quantity."""
    returned: NDArray[np.bool_] = (frame["meaning"] == "returns").to_numpy()
    kinds, words = pd.factorize(frame["kind"])
    returned = returned | np.array([fold(word) in _RETURNS for word in words], dtype=bool)[kinds]
    if (frame["quantity"] != "").any():
        numbers = convert_numbers(frame["quantity"], read_number_format(frame["quantity"]))
        returned = returned | (numbers.numbers.fillna(1).to_numpy(dtype=float) < 0)
    return returned


def copies_of_rows(frame: pd.DataFrame) -> NDArray[np.int32]:
    """[rows] copies that were bought or returned; 1 where no number says it, 0 in other rows."""
    traded = frame["meaning"].isin(["purchases", "returns"]).to_numpy() | returned_rows(frame)
    copies = np.ones(len(frame))
    if (frame["quantity"] != "").any():
        numbers = convert_numbers(frame["quantity"], read_number_format(frame["quantity"])).numbers
        copies = np.floor(numbers.abs().fillna(1).to_numpy(dtype=float))
    rows: NDArray[np.int32] = np.where(traded, copies.clip(1, _MOST_COPIES), 0).astype(np.int32)
    return rows
