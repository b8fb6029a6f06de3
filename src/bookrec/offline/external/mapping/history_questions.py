"""Histories as inputs: padding by evidence, and what only the notebook knows as questions."""

from __future__ import annotations

import numpy as np

from bookrec.inference.history import POSITIVE_RATING
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.external.artifacts.encoder import Encoder
from bookrec.offline.external.artifacts.history_column import HISTORIES
from bookrec.offline.external.mapping.candidate import Guess


def pad_history(guess: Guess, encoder: Encoder) -> None:
    """Add the padding and the offset to a guess, where the rows of the embedding leave one reading."""
    rows, size = guess.input.rows or 0, encoder.size
    lowest = int(encoder.codes.min(initial=0))
    masked = any(getattr(lookup.layer, "mask_zero", False) for lookup in guess.input.lookups)
    if lowest >= 1 and (masked or rows == size):
        guess.fields |= {"padding": 0}
        guess.notes.append("padding 0, which is no book's code")
    elif lowest == 0 and masked and rows == size + 1:
        guess.fields |= {"padding": 0, "offset": 1}
        guess.notes.append("padding 0, which the embedding masks; codes from 1")
    else:
        guess.questions["padding"] = (
            f"the encoder has {size:,} classes from {lowest}, the embedding {rows:,} rows; write the "
            "code of empty places, and offset = 1 if codes start after it"
        )


def history_questions(guess: Guess, dataset: Dataset) -> None:
    """Choose the column and the order of a history, or ask where the data set leaves two readings."""
    table, width = dataset.interactions, guess.input.width
    rating = table["rating"].to_numpy(np.int64)
    guess.column = HISTORIES[0]
    if bool((rating > 0).any()) and (
        bool((rating == 0).any())
        or bool((rating * 10 < POSITIVE_RATING * dataset.rating_max).any())
    ):
        guess.questions["column"] = (
            f"{HISTORIES[0]}: all books of the reader, {HISTORIES[1]}: those rated well or without a "
            f"rating, {HISTORIES[2]}: those with a rating"
        )
    counts = np.bincount(table["reader_idx"].to_numpy(np.int64), minlength=1)
    if int(counts.max(initial=0)) > width:
        guess.questions["kept"] = (
            f"histories have up to {int(counts.max()):,} books, the input {width}: last or first "
            "(a model trained with pad_sequences has the last)"
        )
    if not _is_pooled(guess):
        guess.questions["padded"] = "before or after the books (pad_sequences: before)"


def _is_pooled(guess: Guess) -> bool:
    """Whether the places of the ids do not matter: every lookup is summed or averaged at once."""
    return bool(guess.input.lookups) and all(lookup.pooled for lookup in guess.input.lookups)
