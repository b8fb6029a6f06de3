"""Matches each input of a model to a column and its parts, by names, contents and sizes.

A match that is not certain becomes a question to the user. A wrong encoder would not fail: its lists
look like any others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bookrec.offline.external.artifacts.artifact_files import Sources
from bookrec.offline.external.artifacts.columns import STATISTICS
from bookrec.offline.external.artifacts.encoder import Encoder
from bookrec.offline.external.artifacts.history_column import HISTORIES
from bookrec.offline.external.artifacts.naming import column_named
from bookrec.offline.external.artifacts.tokenizers import best_tokenizer
from bookrec.offline.external.graphs.model_inputs import ModelInput
from bookrec.offline.external.mapping.candidate import Guess, listed
from bookrec.offline.external.mapping.history_questions import history_questions, pad_history
from bookrec.offline.external.mapping.mapping import ANSWER, InputMapping
from bookrec.offline.external.mapping.match_by_content import ContentComparison, fits_codes
from bookrec.offline.external.mapping.match_encoders import EncoderMatcher
from bookrec.offline.external.mapping.match_scalers import ScalerMatcher
from bookrec.offline.external.pickles.objects.records import WordVectorsRecord


def match_inputs(
    inputs: Sequence[ModelInput],
    sources: Sources,
    content: ContentComparison,
    stated: Mapping[str, InputMapping] | None = None,
) -> list[Guess]:
    """Match the inputs that a mapping file does not state.

    Args:
        inputs: inputs of the model.
        sources: contents of the model's directory.
        content: comparison with the data set.
        stated: mappings of the mapping file, by input.

    Returns:
        A guess for each input.
    """
    matcher, stated = _Matcher(sources, content), stated or {}
    return [
        _stated_guess(model_input, stated[model_input.name])
        if model_input.name in stated
        else matcher.guess(model_input)
        for model_input in inputs
    ]


def _stated_guess(model_input: ModelInput, mapping: InputMapping) -> Guess:
    return Guess(model_input, mapping.column, notes=["as the mapping says"], stated=mapping)


class _Matcher:
    """Matcher of one input at a time."""

    def __init__(self, sources: Sources, content: ContentComparison) -> None:
        parts = list(sources.parts.values())
        self.content, self.parts = content, sources.parts
        self.encoders = EncoderMatcher(parts, content)
        self.scalers = ScalerMatcher(parts, content)
        self.vectors = [(p, p.value) for p in parts if isinstance(p.value, WordVectorsRecord)]

    def guess(self, model_input: ModelInput) -> Guess:
        # An input made by `split_inputs` has the name of its column after the dot.
        names = [
            model_input.name.rpartition(".")[2],
            *(lookup.name for lookup in model_input.lookups),
        ]
        column = next(filter(None, map(column_named, names)), None)
        guess = Guess(model_input, column)
        if model_input.width > 1:
            self._vectors(guess)
        elif model_input.lookups:
            self.encoders.match(guess)
        else:
            self._number(guess)
        if guess.column is None:
            guess.questions.setdefault("column", "its name does not say what it is of")
        return guess

    def _vectors(self, guess: Guess) -> None:
        """Match an input of several numbers: a mean of word vectors."""
        width = guess.input.width
        if guess.input.lookups:
            self._history(guess)
            return
        fitting = [(p, v) for p, v in self.vectors if v.vectors.shape[1] == width]
        guess.column = guess.column or "title"
        if len(fitting) != 1:
            names = listed(p for p, _ in fitting) or f"there are none of {width} numbers"
            guess.questions["vectors"] = names
            return
        ((part, record),) = fitting
        tokens, agreement = best_tokenizer(self.content.texts(guess.column), record.keys)
        guess.fields |= {"vectors": part.name, "tokens": tokens}
        guess.notes.append(f"words split by {tokens!r}: {agreement[tokens]:.0%} agreement")

    def _history(self, guess: Guess) -> None:
        """Match an input of several ids that an embedding looks up: a history of the reader."""
        books = Guess(guess.input, "isbn")
        self.encoders.match(books)
        if books.column != "isbn":
            guess.column = None
            guess.questions["column"] = (
                f"it is {guess.input.width} ids at once; {', '.join(HISTORIES)} if they are of books"
            )
            return
        guess.fields |= {"encoder": books.fields.get("encoder", ANSWER)}
        if (part := self.parts.get(str(books.fields.get("encoder")))) is None:
            guess.questions |= books.questions
        elif isinstance(part.value, Encoder):
            pad_history(guess, part.value)
        history_questions(guess, self.content.dataset)

    def _number(self, guess: Guess) -> None:
        """Match an input of one number that no embedding looks up."""
        if guess.column is None:
            return
        self.scalers.match(guess)
        if guess.column in STATISTICS:
            if "scaler" not in guess.fields and "scaler" not in guess.questions:
                guess.notes.append("as it is, counted over explicit ratings")
            return
        named = self.encoders.named(guess.column)
        if len(named) > 1:
            guess.questions["encoder"] = f"it could be {listed(p for p, _ in named)}"
        elif named:
            ((part, encoder),) = named
            scaler = self.scalers.scaler_of(guess)
            place = guess.fields.get("scaler_column", 0)
            if scaler is None or fits_codes(scaler, place, encoder):
                guess.fields["encoder"] = part.name
                guess.column = self.encoders.column_of(part, encoder, guess.column)
                guess.notes.append(f"codes as numbers; {encoder.size:,} classes")
        elif guess.column not in ("age", "year", "user_id", "isbn"):
            guess.questions["encoder"] = f"no encoder is named for {guess.column}"
        else:
            guess.notes.append("the number itself")
