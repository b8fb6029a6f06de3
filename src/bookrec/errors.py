"""Errors that an operator can act on.

    BookrecError              exit code 1, printed as one sentence, no traceback
    ├── DataError             fault of the raw files or the data set
    ├── ModelError            fault of a model bundle
    ├── SnapshotError         fault of a snapshot, published or about to be
    │   └── NoSnapshot        nothing is published yet
    ├── ShopError             fault of the shop's database or an account
    │   └── ShopUnavailable   the shop's database is locked, full or gone
    └── QualityGateRefused    exit code 3: the new lists break a limit of the quality gate

Every message says what was wrong, where, and what to do next.
"""

from __future__ import annotations


class BookrecError(Exception):
    """Base class of all errors below; ``str(error)`` is a sentence for the operator."""

    exit_code = 1


class DataError(BookrecError):
    """Raw files or a data set are missing, damaged or of another layout than expected."""


class ModelError(BookrecError):
    """A model bundle is missing, damaged, foreign or does not fit the data set."""


class SnapshotError(BookrecError):
    """A snapshot is missing, damaged or of another schema version."""


class NoSnapshot(SnapshotError):
    """Nothing has been published yet."""


class ShopError(BookrecError):
    """An account or the shop's database does not allow a request."""


class ShopUnavailable(ShopError):
    """The shop's database cannot be used for now: it is locked, full, damaged or gone."""


class QualityGateRefused(BookrecError):
    """A new snapshot was built, but its lists break a limit, so it was not published."""

    exit_code = 3
