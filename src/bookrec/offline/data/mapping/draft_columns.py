"""Draft of the columns of one table: which field each has, why, and whether that is sure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bookrec.offline.data.mapping.aliases import Alias, aliases_of
from bookrec.offline.data.mapping.fields import FIELDS, UNDECIDED, UNUSED
from bookrec.offline.data.mapping.profile import MOSTLY, ColumnProfile

_WORDS_OF_NAMES: Final = 1.5
_OFTEN_BLANK: Final = 0.5
_WORDS_OF_TITLES: Final = 12
"""Most words that titles have on the average."""
_LEVELS: Final = 101
"""Most distinct values of a column that could hold ratings."""


@dataclass(frozen=True)
class DraftColumn:
    """A column of a drafted mapping."""

    profile: ColumnProfile
    field: str
    """Field, `UNUSED` or `UNDECIDED`."""
    why: str
    """Reason, a clause for people."""

    @property
    def sure(self) -> bool:
        """Whether nothing is left to decide."""
        return self.field != UNDECIDED


def draft_columns(profiles: Sequence[ColumnProfile]) -> list[DraftColumn]:
    """Draft the field of every column: headers first, then values, then the other columns.

    Args:
        profiles: [columns] of one table.

    Returns:
        [columns] in the same order.
    """
    strong = {p.position: alias for p in profiles if (alias := _alias(p, weak=False))}
    fields = {alias.field for alias in strong.values()}
    weak = {
        p.position: alias
        for p in profiles
        if p.position not in strong and (alias := _alias(p, weak=True, beside=fields))
    }
    weak |= _titles_of_orders(profiles, strong | weak)
    chosen = _first_of_each(profiles, strong | weak)
    columns = [_draft(profile, chosen, strong | weak) for profile in profiles]
    return _by_content(columns)


def _alias(profile: ColumnProfile, *, weak: bool, beside: set[str] | None = None) -> Alias | None:
    """The field that a header names and that its values allow; None if none or several do."""
    aliases = [alias for alias in aliases_of(profile.header) if alias.weak == weak]
    if beside is not None:
        aliases = [alias for alias in aliases if _wanted(alias, beside)]
    fitting = [alias for alias in aliases if _fits(alias.field, profile)]
    return fitting[0] if len(fitting) == 1 else None


def _titles_of_orders(
    profiles: Sequence[ColumnProfile], aliases: dict[int, Alias]
) -> dict[int, Alias]:
    """The description of what was bought as its title, in orders without another one."""
    fields = {alias.field for alias in aliases.values()}
    if "title" in fields or "reader_id" not in fields or not {"order_id", "quantity"} & fields:
        return {}
    return {
        profile.position: alias
        for profile in profiles
        if profile.position not in aliases and profile.words <= _WORDS_OF_TITLES
        for alias in aliases_of(profile.header)
        if alias.field == "title" and _fits("title", profile)
    }


def _wanted(alias: Alias, beside: set[str]) -> bool:
    """Whether a weak name is taken for a field beside the fields of the other columns."""
    field = alias.field
    about_readers = bool(beside & {"age", "location"}) and "book_id" not in beside
    about_books = bool(beside & {"book_id", "title", "author", "publisher", "year"})
    if field == "reader_id":
        return about_readers and "reader_id" not in beside and not about_books
    if field == "book_id":
        of_rows = bool(beside & {"title", "author"})
        of_interactions = "reader_id" in beside and not about_readers and not alias.bare_id
        return "book_id" not in beside and (of_rows or of_interactions)
    if field == "title":
        return about_books and "title" not in beside and not about_readers
    if FIELDS[field].part == "interaction":
        return field not in beside and bool(beside & {"reader_id", "order_id"})
    return field not in beside and about_books


_FITS: Final[dict[str, Callable[[ColumnProfile], bool]]] = {
    "price": lambda p: p.words <= 3 and p.n_distinct > 0,
    "stock": lambda p: p.number >= MOSTLY,
    "quantity": lambda p: p.number >= MOSTLY,
    "image_url": lambda p: p.url >= 0.5 or p.words <= 1.5,
    "title": lambda p: p.email < 0.5 and p.url < 0.5,
    "author": lambda p: p.email < 0.5 and p.url < 0.5,
    "book_id": lambda p: p.words <= 3 and p.email < 0.5,
    "reader_id": lambda p: p.words <= 6,
}


def _fits(field: str, profile: ColumnProfile) -> bool:
    """Whether the values do not contradict the field."""
    return profile.blank or field not in _FITS or _FITS[field](profile)


def _first_of_each(
    profiles: Sequence[ColumnProfile], aliases: dict[int, Alias]
) -> dict[str, set[int]]:
    """Field → positions that have it: all where several may, else the best name, of equal ones both."""
    chosen: dict[str, set[int]] = {}
    by_position = {profile.position: profile for profile in profiles}
    for field in {alias.field for alias in aliases.values()}:
        at = [position for position, alias in aliases.items() if alias.field == field]
        if not FIELDS[field].several:
            at = [position for position in at if not by_position[position].blank] or at
            order = {
                position: (_is_last_choice(field, by_position[position]), aliases[position].rank)
                for position in at
            }
            at = [position for position in at if order[position] == min(order.values())]
        chosen[field] = set(at)
    return chosen


def _is_last_choice(field: str, profile: ColumnProfile) -> bool:
    """Whether a column identifies readers badly: people's names are no ids, and often blank ones."""
    if field != "reader_id":
        return False
    return profile.words >= _WORDS_OF_NAMES or profile.filled < _OFTEN_BLANK


def _draft(
    profile: ColumnProfile, chosen: dict[str, set[int]], aliases: dict[int, Alias]
) -> DraftColumn:
    alias = aliases.get(profile.position)
    if alias is None:
        named = [known.field for known in aliases_of(profile.header)]
        if not named:
            return DraftColumn(profile, UNUSED, "its name is not known")
        return DraftColumn(profile, UNUSED, f"the values or other columns speak against {named[0]}")
    if profile.position not in chosen[alias.field]:
        return DraftColumn(profile, UNUSED, f"another column is the {alias.field}")
    if len(chosen[alias.field]) > 1 and not FIELDS[alias.field].several:
        return DraftColumn(profile, UNDECIDED, f"several columns may be the {alias.field}")
    return DraftColumn(profile, alias.field, "its name says so")


def _by_content(columns: list[DraftColumn]) -> list[DraftColumn]:
    """Add what values alone decide: ISBNs, e-mail addresses, the one column of dates."""
    for field, share, why in (
        ("book_id", "isbn", "its values have the check digits of ISBNs"),
        ("reader_id", "email", "its values are e-mail addresses"),
        ("time", "date", "its values are dates"),
    ):
        fields = {column.field for column in columns}
        if field in fields or (field == "time" and "reader_id" not in fields):
            continue
        unused = [column for column in columns if column.field == UNUSED]
        matches = [column for column in unused if getattr(column.profile, share) >= MOSTLY]
        if len(matches) == 1:
            at = columns.index(matches[0])
            columns[at] = replace(matches[0], field=field, why=why)
    return columns


def may_be_rating(column: DraftColumn, most: int = 0) -> bool:
    """Whether an unused column with an unknown name could hold ratings.

    Args:
        column: of a draft.
        most: most distinct values of a short column that may hold words too; 0 = numbers only.
    """
    profile = column.profile
    if most:
        digits = any(text.replace(".", "", 1).isdigit() for text in profile.samples)
        unknown = column.field == UNUSED and not aliases_of(profile.header)
        return unknown and bool(profile.header) and digits and profile.n_distinct <= most
    few = (
        2
        <= profile.n_distinct
        <= min(_LEVELS, max(2, int(profile.n_distinct / profile.distinct / 3)))
    )
    named = bool(aliases_of(profile.header))
    return (
        column.field == UNUSED
        and not named
        and bool(profile.header)
        and profile.number >= MOSTLY
        and few
    )
