"""Chooses the model of a directory and refuses what cannot be imported, before Keras is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bookrec.errors import ModelError
from bookrec.offline.external.archive.config_graph import unsuitable_shape
from bookrec.offline.external.archive.model_file import check_file
from bookrec.offline.external.artifacts.artifact_files import Sources, find_sources
from bookrec.offline.external.mapping.mapping import Mapping


@dataclass(frozen=True)
class Chosen:
    """A directory with a model that was checked."""

    sources: Sources
    """Contents of the directory."""
    model: Path
    """Model file."""
    mapping: Mapping
    """Contents of the mapping file; empty without one."""


def choose_model(directory: Path, mapping: Mapping | None) -> Chosen:
    """Find the model and its parts, and check the model's file.

    Args:
        directory: directory with one model and its parts.
        mapping: contents of the mapping file, if there is one.

    Raises:
        ModelError: there is no model, or several; the model cannot be opened, or is no ranker; or a
            part beside it is a Git LFS pointer, empty or cut off.
    """
    sources = find_sources(directory)
    model = _model_file(sources, mapping)
    stated = mapping or Mapping()
    config = check_file(model, stated.lambda_)
    if refused := unsuitable_shape(config, {name.partition(".")[0] for name in stated.inputs}):
        raise ModelError(f"{model} {'; '.join(refused)}.")
    _refuse_broken_parts(sources, mapping)
    return Chosen(sources, model, stated)


def _refuse_broken_parts(sources: Sources, mapping: Mapping | None) -> None:
    """Refuse broken files: those that the mapping names, or without a mapping all of them."""
    if mapping is None:
        for sentence in sources.broken.values():
            raise ModelError(f"{sentence} If the model does not need it, move it elsewhere.")
        return
    for stated in mapping.inputs.values():
        for part in (stated.encoder, stated.scaler, stated.vectors):
            if part is not None and sources.file_of(part) in sources.broken:
                raise ModelError(sources.broken[sources.file_of(part)])


def _model_file(sources: Sources, mapping: Mapping | None) -> Path:
    names = [path.relative_to(sources.directory).as_posix() for path in sources.models]
    if mapping is not None and mapping.model is not None:
        if mapping.model not in names:
            raise ModelError(
                f"There is no model {mapping.model!r} in {sources.directory} "
                f"({', '.join(names) or 'none'}); fix the mapping."
            )
        return sources.models[names.index(mapping.model)]
    if not names:
        raise ModelError(
            f"{sources.directory} has no .keras or .h5 file with a model; save the model there with "
            "model.save('model.keras')."
        )
    if len(names) > 1:
        raise ModelError(
            f"{sources.directory} has {len(names)} models ({', '.join(names)}); leave one there, or "
            'name it in a mapping (model = "…").'
        )
    return sources.models[0]
