"""All checks, in the order in which they are told."""

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


def run_checks(subject: Subject) -> Iterator[Finding]:
    """What every check has to say of a bundle and a data set."""
    for check in CHECKS:
        yield from check(subject)
