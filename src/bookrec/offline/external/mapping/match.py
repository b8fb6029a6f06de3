"""Finds out what each input of a model is to be given, by names, contents and sizes.

What is not sure is asked, never guessed: a wrong encoder gives lists that look like any others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bookrec.offline.external.artifacts.artifact_files import Sources
from bookrec.offline.external.artifacts.columns import STATISTICS
from bookrec.offline.external.artifacts.naming import column_named
from bookrec.offline.external.artifacts.tokenizers import best_tokenizer
from bookrec.offline.external.mapping.candidate import Guess, listed
from bookrec.offline.external.mapping.mapping import InputMapping
from bookrec.offline.external.mapping.match_by_content import ContentComparison, fits_codes
from bookrec.offline.external.mapping.match_encoders import EncoderMatcher
from bookrec.offline.external.mapping.match_scalers import ScalerMatcher
from bookrec.offline.external.mapping.model_inputs import ModelInput
from bookrec.offline.external.pickles.objects.records import WordVectorsRecord


def match_inputs(
    inputs: Sequence[ModelInput],
    sources: Sources,
    content: ContentComparison,
    stated: Mapping[str, InputMapping] | None = None,
) -> list[Guess]:
    """A guess for every input that a mapping file does not state."""
    matcher, stated = _Matcher(sources, content), stated or {}
    return [
        Guess(one, stated[one.name].column, notes=["as the mapping says"], stated=stated[one.name])
        if one.name in stated
        else matcher.guess(one)
        for one in inputs
    ]


class _Matcher:
    def __init__(self, sources: Sources, content: ContentComparison) -> None:
        parts = list(sources.parts.values())
        self.content = content
        self.encoders = EncoderMatcher(parts, content)
        self.scalers = ScalerMatcher(parts, content)
        self.vectors = [(p, p.value) for p in parts if isinstance(p.value, WordVectorsRecord)]

    def guess(self, given: ModelInput) -> Guess:
        # Of a column of several in one input, `mapping.split_inputs`, its own name.
        names = [given.name.rpartition(".")[2], *(lookup.name for lookup in given.lookups)]
        column = next((found for name in names if (found := column_named(name))), None)
        guess = Guess(given, column)
        if given.width > 1:
            self._vectors(guess)
        elif given.lookups:
            self.encoders.match(guess)
        else:
            self._number(guess)
        if guess.column is None:
            guess.questions.setdefault("column", "its name does not say what it is of")
        return guess

    def _vectors(self, guess: Guess) -> None:
        """An input of several numbers: the mean word vector of the title."""
        width = guess.input.width
        if guess.input.lookups:
            guess.questions["column"] = f"it is {width} ids at once, which no column has"
            return
        fitting = [(p, v) for p, v in self.vectors if v.vectors.shape[1] == width]
        guess.column = guess.column or "title"
        if len(fitting) != 1:
            found = listed(p for p, _ in fitting) or f"there are none of {width} numbers"
            guess.questions["vectors"] = found
            return
        ((part, record),) = fitting
        way, agreement = best_tokenizer(self.content.texts(guess.column), record.keys)
        guess.fields |= {"vectors": part.name, "tokens": way}
        guess.notes.append(f"words cut {way!r}: {agreement[way]:.0%} agreement")

    def _number(self, guess: Guess) -> None:
        """An input of one number."""
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
            scaler = self.scalers.found(guess)
            place = guess.fields.get("scaler_column", 0)
            if scaler is None or fits_codes(scaler, place, encoder):
                guess.fields["encoder"] = part.name
                guess.column = self.encoders.column_of(part, encoder, guess.column)
                guess.notes.append(f"codes as numbers; {encoder.size:,} classes")
        elif guess.column not in ("age", "year", "user_id", "isbn"):
            guess.questions["encoder"] = f"no encoder is named for {guess.column}"
        else:
            guess.notes.append("the number itself")
