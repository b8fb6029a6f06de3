"""Registry of the checks, in the order of the report.

To add a check, write a function from a `Subject` to findings and add it to `CHECKS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from bookrec.offline.models.checks.coverage_checks import (
    check_books_known,
    check_files,
    check_readers_known,
)
from bookrec.offline.models.checks.encoder_checks import (
    check_encoder_sizes,
    check_encoders_used,
    check_id_types,
    check_unknown_codes,
)
from bookrec.offline.models.checks.finding import Finding
from bookrec.offline.models.checks.number_checks import (
    check_constant_inputs,
    check_scalers,
    check_title_vectors,
)
from bookrec.offline.models.checks.ranking_checks import (
    check_beats_popularity,
    check_orders_differ,
)
from bookrec.offline.models.checks.subject import Subject

Check = Callable[[Subject], Iterator[Finding]]
"""A check: yields the findings about a bundle and a data set."""

CHECKS: Final[tuple[Check, ...]] = (
    check_files,
    check_readers_known,
    check_books_known,
    check_encoders_used,
    check_encoder_sizes,
    check_unknown_codes,
    check_id_types,
    check_scalers,
    check_constant_inputs,
    check_title_vectors,
    check_orders_differ,
    check_beats_popularity,
)
"""Every check, in the order of the report."""


def run_checks(subject: Subject) -> Iterator[Finding]:
    """Yield the findings of every check."""
    for check in CHECKS:
        yield from check(subject)
