"""Looks through a directory of files made elsewhere: its model, its parts, and what goes with what."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bookrec.errors import ModelError
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.external.archive.archive import Archive, open_archive
from bookrec.offline.external.artifacts.artifact_files import Sources, find_sources
from bookrec.offline.external.mapping.candidate import Guess
from bookrec.offline.external.mapping.mapping import Mapping
from bookrec.offline.external.mapping.match import match_inputs
from bookrec.offline.external.mapping.match_by_content import ContentComparison
from bookrec.offline.external.mapping.model_inputs import inputs_of
from bookrec.offline.external.mapping.split_inputs import Stacked, find_stacked, unstacked


@dataclass(frozen=True)
class Opened:
    """A directory, looked through."""

    sources: Sources
    archive: Archive
    model: Any
    """The archive's, with an input for each column where it has several in one."""
    stacked: Stacked
    casts: dict[str, str]
    guesses: list[Guess]
    """Of every input of the model, those that a mapping file states included."""
    mapping: Mapping | None
    """What is known; None while anything is asked."""


def open_directory(directory: Path, dataset: Dataset, mapping: Mapping | None) -> Opened:
    """Look through a directory: its model, its parts, and what each input is given.

    Args:
        mapping: of a mapping file; what it does not state is found out.

    Raises:
        ModelError: there is no model, or several, or it cannot be opened.
    """
    sources = find_sources(directory)
    path = _model_file(sources, mapping)
    stated = mapping or Mapping()
    archive = open_archive(path, stated.lambda_)
    stacked = find_stacked(inputs_of(archive.model)[0], sources, stated.inputs)
    model = unstacked(archive.model, stacked)
    inputs, _ = inputs_of(model)
    names = [one.name for one in inputs]
    if strange := [name for name in stated.inputs if name not in names]:
        raise ModelError(
            f"The mapping has [inputs.{strange[0]}], the model has {', '.join(names)}; "
            "mend the mapping."
        )
    guesses = match_inputs(inputs, sources, ContentComparison(dataset), stated.inputs)
    complete = None
    if all(guess.sure for guess in guesses):
        complete = Mapping(inputs={guess.input.name: guess.mapping() for guess in guesses})
    return Opened(sources, archive, model, stacked, stated.lambda_, guesses, complete)


def _model_file(sources: Sources, mapping: Mapping | None) -> Path:
    names = [path.relative_to(sources.directory).as_posix() for path in sources.models]
    if mapping is not None and mapping.model is not None:
        if mapping.model not in names:
            raise ModelError(
                f"There is no model {mapping.model!r} in {sources.directory} "
                f"({', '.join(names) or 'none'}); mend the mapping."
            )
        return sources.models[names.index(mapping.model)]
    if not names:
        raise ModelError(
            f"{sources.directory} has no .keras or .h5 file; save the model there with "
            "model.save('model.keras')."
        )
    if len(names) > 1:
        raise ModelError(
            f"{sources.directory} has {len(names)} models ({', '.join(names)}); leave one there, or "
            'name it in a mapping (model = "…").'
        )
    return sources.models[0]
