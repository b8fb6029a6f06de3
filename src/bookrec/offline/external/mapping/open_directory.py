"""Opens a directory of files made elsewhere and matches its parts to the model's inputs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bookrec.errors import ModelError
from bookrec.json_types import JsonValue
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.external.archive.archive import Archive, open_archive
from bookrec.offline.external.artifacts.artifact_files import Sources
from bookrec.offline.external.mapping.candidate import Guess, map_of
from bookrec.offline.external.mapping.choose_model import Chosen, choose_model
from bookrec.offline.external.mapping.mapping import Mapping
from bookrec.offline.external.mapping.match import match_inputs
from bookrec.offline.external.mapping.match_by_content import ContentComparison
from bookrec.offline.external.mapping.model_inputs import inputs_of
from bookrec.offline.external.mapping.selected_columns import inputs_taken_apart
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
        }
        used_files = {self.sources.file_of(part) for part in used}
        names = list(self.sources.ignored)
        for name in self.sources.parts:
            file = self.sources.file_of(name)
            if map_of(name) not in used:
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
    whole, apart = inputs_of(archive.model)[0], inputs_taken_apart(archive.model)
    stacked = find_stacked(whole, sources, stated.inputs, apart)
    model = unstacked(archive.model, stacked)
    inputs, _ = inputs_of(model)
    names = [model_input.name for model_input in inputs]
    if extra := [name for name in stated.inputs if name not in names]:
        raise ModelError(
            f"The mapping has [inputs.{extra[0]}], the model has {', '.join(names)}; "
            "fix the mapping."
        )
    guesses = match_inputs(inputs, sources, ContentComparison(dataset), stated.inputs)
    complete = None
    if all(guess.sure for guess in guesses):
        complete = Mapping(inputs={guess.input.name: guess.mapping() for guess in guesses})
    return Opened(sources, archive, model, stacked, stated.lambda_, guesses, complete)
