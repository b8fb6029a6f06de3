"""Names of the types that SQLite takes and gives: values, rows, parameters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

SqlValue: TypeAlias = Any
"""A value of a column: text, a number, bytes or None; the query that names the column knows which."""

Row: TypeAlias = tuple[SqlValue, ...]
"""A row of a result, one value per column."""

Parameters: TypeAlias = Sequence[SqlValue]
"""Values for the ``?`` of a statement."""

NamedParameters: TypeAlias = dict[str, SqlValue]
"""Values for the ``:name`` of a statement."""

ParameterRows: TypeAlias = Iterable[Parameters]
"""Parameters of one statement that is executed for each row."""
