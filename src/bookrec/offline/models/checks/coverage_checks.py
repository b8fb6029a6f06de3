"""Checks of coverage: shares of the data set's readers and books that a model knows."""

from __future__ import annotations

from collections.abc import Iterator

from bookrec.offline.models.checks.finding import Finding, Level
from bookrec.offline.models.checks.subject import Subject

_FEW = 0.5
"""Share of known readers or books below which the finding is a warning."""


def check_files(subject: Subject) -> Iterator[Finding]:
    """Report the bundle's files, whose digests loading has compared, and their data set."""
    bundle, dataset = subject.bundle, subject.dataset
    count = len(bundle.manifest["files"])
    same = bundle.manifest["dataset_digest"] == dataset.digest
    relation = bundle.origin.relation
    yield Finding(
        "files",
        "ok",
        f"{count} files as they were written; data set {dataset.dataset_id}: "
        f"{relation if same else 'another one than it was made for'}.",
        figures={"files": count, "same_dataset": same},
    )


def check_books_known(subject: Subject) -> Iterator[Finding]:
    """Count the books that the model knows by id from its training."""
    known, total = int(subject.known_books.sum()), subject.dataset.n_books
    level: Level = "error" if not known else "warning" if known < _FEW * total else "ok"
    text = f"knows {known:,} of {total:,} books"
    missing = "; the others are scored by what else is known of them." if known < total else "."
    yield Finding(
        "books known",
        level,
        text + missing,
        ""
        if level == "ok"
        else "make the data set it was trained on the current one, or train anew with 'bookrec train'.",
        {"known": known, "of": total},
    )


def check_readers_known(subject: Subject) -> Iterator[Finding]:
    """Count the readers that the model knows by id; others are folded in from their books."""
    total = len(subject.active)
    if subject.known_readers is None:
        yield Finding(
            "readers known",
            "ok",
            f"knows readers by their histories: all {total:,} with an interaction.",
            figures={"known": total, "of": total},
        )
        return
    known = int(subject.known_readers[subject.active].sum())
    level: Level = "warning" if known < _FEW * total else "ok"
    text = f"knows {known:,} of {total:,} readers with an interaction"
    missing = "; the others are folded in from their books." if known < total else "."
    yield Finding(
        "readers known",
        level,
        text + missing,
        ""
        if level == "ok"
        else "make the data set it was trained on the current one, or compare the ids' spelling.",
        {"known": known, "of": total},
    )
