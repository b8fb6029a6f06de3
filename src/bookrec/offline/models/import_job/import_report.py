"""Tables for the operator: the mapping of each input, and the coverage of a data set by a model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bookrec.offline.data.dataset import Dataset
from bookrec.offline.external.artifacts.columns import side_of
from bookrec.offline.external.mapping.candidate import Guess
from bookrec.offline.models.bundle.bundle import Bundle
from bookrec.offline.models.import_job.import_job import Opened
from bookrec.offline.models.imported.imported_origin import imported_model

_HEADINGS = ("input", "side", "column", "encoder or vectors", "scaler", "remarks")


def mapping_table(opened: Opened) -> Iterator[str]:
    """Yield a line per input, then a line per file that was not read or has no use here."""
    rows: list[tuple[str, ...]] = [_HEADINGS, *map(_row, opened.guesses)]
    yield from _aligned(rows)
    for file, reason in opened.sources.unread.items():
        yield f"not read: {file}: {reason}"
    for file in opened.unused():
        yield f"not used: {file}"


def questions(guesses: Sequence[Guess]) -> str:
    """All open questions, in one sentence."""
    parts = [
        f"{guess.input.name!r} ({field}: {why})"
        for guess in guesses
        for field, why in guess.questions.items()
    ]
    return "; ".join(parts)


def _row(guess: Guess) -> tuple[str, ...]:
    name, fields = guess.input.name, guess.fields
    if guess.sure:
        mapping = guess.mapping()
        scaler = f"{mapping.scaler} [{mapping.scaler_column}]" if mapping.scaler else ""
        part = mapping.encoder or mapping.vectors or ""
        return name, mapping.side, mapping.column, part, scaler, "; ".join(guess.notes)
    part = fields.get("encoder") or fields.get("vectors") or "?"
    reasons = "; ".join(f"{field}: {why}" for field, why in guess.questions.items())
    side = "?" if guess.column is None else side_of(guess.column)
    scaler = str(fields.get("scaler", ""))
    return name, side, guess.column or "?", part, scaler, f"NOT SURE: {reasons}"


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS) - 1)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield "  ".join([*cells, row[-1]]).rstrip()


def knowledge(bundle: Bundle, dataset: Dataset) -> Iterator[str]:
    """Yield lines on the readers and books an imported model knows, and the treatment of the others."""
    imported = imported_model(bundle)
    readers = imported.readers(dataset, bundle.vocabularies)
    books = imported.books(dataset, bundle.vocabularies)
    ranked = int((~imported.left_out(books)).sum())
    yield (
        f"knows {int(readers.known.sum()):,} of {dataset.n_readers:,} readers; the others are folded "
        "in from their books"
    )
    yield (
        f"ranks {ranked:,} of {dataset.n_books:,} books; the others are found by their authors, titles "
        "and readers"
    )
    for plan in imported.plans:
        side = readers if plan.mapping.side == "reader" else books
        known = side.known_by_input[plan.name]
        missing = int((~known).sum())
        if missing and not plan.is_identity:
            yield (
                f"{plan.name}: {plan.mapping.column} not known for {missing:,} of {len(known):,} "
                f"{plan.mapping.side}s, given {_WORDS[plan.unknown]}"
            )


_WORDS = {
    "class": "the encoder's class for it",
    "code": "the mapping's code for it",
    "mean": "the mean of what is known",
    "leave out": "nothing: not ranked",
    "zeros": "zeros",
}
