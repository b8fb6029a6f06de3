"""Opens a directory of files made elsewhere and matches its parts to the model's inputs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from bookrec.errors import ModelError
from bookrec.json_types import JsonValue
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.external.archive.archive import Archive, open_archive
from bookrec.offline.external.artifacts.artifact_files import Sources
from bookrec.offline.external.artifacts.columns import BOOK_COLUMNS
from bookrec.offline.external.artifacts.encoder import Encoder
from bookrec.offline.external.crosses.declared import CrossMapping
from bookrec.offline.external.crosses.find_crosses import CrossFinder
from bookrec.offline.external.crosses.plan_crosses import (
    CrossedInput,
    PlannedCrosses,
    plan_crosses,
)
from bookrec.offline.external.crosses.split_model import without_crosses
from bookrec.offline.external.graphs.item_softmax import BOOK as OUTPUT_BOOK
from bookrec.offline.external.graphs.item_softmax import softmax_layer, with_book_input
from bookrec.offline.external.graphs.model_inputs import inputs_of
from bookrec.offline.external.graphs.selected_columns import inputs_taken_apart
from bookrec.offline.external.mapping.candidate import Guess, map_of
from bookrec.offline.external.mapping.choose_model import Chosen, choose_model
from bookrec.offline.external.mapping.mapping import InputMapping, Mapping
from bookrec.offline.external.mapping.match import match_inputs
from bookrec.offline.external.mapping.match_by_content import ContentComparison
from bookrec.offline.external.mapping.split_inputs import Stacked, find_stacked, unstacked
from bookrec.offline.runtime.untyped import KerasModel


@dataclass(frozen=True)
class Opened:
    """Contents of a directory, with a guess for the mapping of its model."""

    sources: Sources
    archive: Archive
    model: KerasModel
    """Model of the archive, in which each column of a stacked input is a separate input."""
    stacked: Stacked
    """Inputs that were split."""
    casts: dict[str, str]
    """Lambda layer → dtype that it is declared to cast to."""
    guesses: list[Guess]
    """A guess for every input of the model, those in the mapping file included."""
    mapping: Mapping | None
    """Complete mapping; None while a question is open."""
    crosses: dict[str, CrossMapping] = field(default_factory=dict)
    """Cross by input, stated or sure."""
    planned: PlannedCrosses = field(default_factory=PlannedCrosses)
    """The crosses, split by side; their encoders are parts of ``sources``."""

    def unused(self) -> list[str]:
        """Return the files and parts that no input is given, each once.

        A file of which no part is used is named by itself. Parts that are another reading of a used
        map are left out.
        """
        used = {
            map_of(str(part))
            for guess in self.guesses
            for part in _parts_of(guess)
            if part is not None
        } | self.planned.files
        used_files = {self.sources.file_of(part) for part in used}
        names = list(self.sources.ignored)
        for name in self.sources.parts:
            file = self.sources.file_of(name)
            if map_of(name) not in used and file in self.sources.digests:
                names.append(map_of(name) if file in used_files else file)
        return sorted(dict.fromkeys(names))


def _parts_of(guess: Guess) -> list[JsonValue]:
    """Return the parts that a guess names, its own or those of the mapping file."""
    if guess.stated is not None:
        return [guess.stated.encoder, guess.stated.scaler, guess.stated.vectors]
    return [guess.fields.get(field) for field in ("encoder", "scaler", "vectors")]


def open_directory(directory: Path, dataset: Dataset, mapping: Mapping | None) -> Opened:
    """Open the model and parts of a directory: `choose_model`, then `open_chosen`."""
    return open_chosen(choose_model(directory, mapping), dataset)


def open_chosen(chosen: Chosen, dataset: Dataset) -> Opened:
    """Open a model, and match its inputs.

    Args:
        chosen: model with the contents of its directory.
        dataset: data set that the columns are compared with.

    Raises:
        ModelError: the model cannot be opened, or the mapping has another input.
    """
    sources, stated = chosen.sources, chosen.mapping
    archive = open_archive(chosen.model, stated.lambda_)
    model, stacked = _unstacked(archive.model, sources, stated)
    model = with_book_input(model)
    content = ContentComparison(dataset)
    readings = _crosses(model, sources, content, stated)
    crosses = {name: several[0] for name, several in readings.items() if len(several) == 1}
    planned = plan_crosses(crosses, sources, dataset)
    model = without_crosses(model, planned.tables)
    sources.parts |= {c.part.name: c.part for c in planned.inputs.values()}
    inputs, _ = inputs_of(model)
    names = [model_input.name for model_input in inputs]
    if extra := [name for name in stated.inputs if name not in names]:
        raise ModelError(
            f"The mapping has [inputs.{extra[0]}], the model has {', '.join(names)}; "
            "fix the mapping."
        )
    halves = {name: _mapping_of(cross) for name, cross in planned.inputs.items()}
    guesses = match_inputs(inputs, sources, content, {**stated.inputs, **halves})
    _check_softmax(archive, guesses, sources)
    for guess in guesses:
        if guess.input.name in planned.inputs:
            guess.notes = [planned.inputs[guess.input.name].note]
        if len(several := readings.get(guess.input.name, [])) > 1:
            guess.questions["encoder"] = _several(guess.input.name, several)
    complete = None
    if all(guess.sure for guess in guesses):
        complete = Mapping(inputs={guess.input.name: guess.mapping() for guess in guesses})
    return Opened(
        sources,
        archive,
        model,
        stacked,
        stated.lambda_,
        guesses,
        complete,
        crosses,
        planned,
    )


def _unstacked(model: KerasModel, sources: Sources, stated: Mapping) -> tuple[KerasModel, Stacked]:
    whole, apart = inputs_of(model)[0], inputs_taken_apart(model)
    stacked = find_stacked(whole, sources, stated.inputs, apart)
    return unstacked(model, stacked), stacked


def _crosses(
    model: KerasModel, sources: Sources, content: ContentComparison, stated: Mapping
) -> dict[str, list[CrossMapping]]:
    """Return the stated cross of an input, or its readings as a cross (`CrossFinder`)."""
    inputs, _ = inputs_of(model)
    names = [model_input.name for model_input in inputs]
    if extra := [name for name in stated.crosses if name not in names]:
        raise ModelError(
            f"The mapping has [crosses.{extra[0]}], the model has {', '.join(names)}; "
            "fix the mapping."
        )
    plain = match_inputs(inputs, sources, content, stated.inputs)
    rows = {
        guess.input.name: guess.input.rows
        for guess in plain
        if guess.input.rows is not None
        and guess.input.width == 1
        and not guess.sure  # an encoder of one column that fits is not doubted
        and guess.input.name not in stated.crosses
    }
    readings = CrossFinder(sources, content.dataset).find(rows) if rows else {}
    columns = {guess.input.name: guess.column for guess in plain}
    # A name that says another column contradicts a reading.
    readings = {
        name: [r for r in several if columns[name] in (None, *r.columns)]
        for name, several in readings.items()
    }
    return readings | {name: [cross] for name, cross in stated.crosses.items()}


def _mapping_of(crossed: CrossedInput) -> InputMapping:
    """Return the mapping of a cross, or of its half on one side."""
    return InputMapping(side=crossed.side, column=crossed.column, encoder=crossed.part.name)


def _check_softmax(archive: Archive, guesses: list[Guess], sources: Sources) -> None:
    """Check what the outputs of a softmax stand for: each a book, and no input another book.

    Raises:
        ModelError: another input is of a book, so the outputs are classes of a pair.
    """
    layer = softmax_layer(archive.model)
    if layer is None:
        return
    name = f"{layer.name}{OUTPUT_BOOK}"
    books = [g for g in guesses if g.column in BOOK_COLUMNS and g.input.name != name]
    if books:
        raise ModelError(
            f"{archive.path} is not supported: its output is a softmax over {layer.units:,} classes, "
            f"and its input {books[0].input.name!r} is of a book; an imported model gives one score "
            "for a reader and a book, or a softmax over all books for a reader alone "
            "(docs/importing-models.md)."
        )
    for guess in guesses:
        if guess.input.name == name and guess.stated is None:
            guess.notes.insert(0, f"outputs of {layer.name!r}: the logit of each book")
            _ask_for_outputs(guess, archive, sources)


def _ask_for_outputs(guess: Guess, archive: Archive, sources: Sources) -> None:
    """Ask which output is which book, unless an encoder has exactly as many classes."""
    part = sources.parts.get(str(guess.fields.get("encoder")))
    rows = guess.input.rows
    if part is None or not isinstance(part.value, Encoder) or part.value.size == rows:
        return
    guess.questions["offset"] = (
        f"{part.name} has {part.value.size:,} classes for {rows:,} outputs of {archive.path.name}; 0 "
        "if the last outputs belong to no book, 1 if the first does"
    )


def _several(name: str, readings: list[CrossMapping]) -> str:
    ways = " or ".join(f"{r.encoder} as {r.in_words()}" for r in readings)
    return f"it could be {ways}; state [crosses.{name}] in the place of [inputs.{name}]"
