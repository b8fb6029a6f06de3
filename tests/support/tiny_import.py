"""Import of a notebook directory, with towers small enough for the tiny data set."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from bookrec.offline.data.dataset import Dataset
from bookrec.offline.external.mapping.mapping import Mapping
from bookrec.offline.runtime.tensorflow_start import start_tensorflow
from bookrec.settings import Home
from eager import without_graphs

start_tensorflow()

from bookrec.offline.models.import_job.import_job import (  # noqa: E402
    ImportSettings,
    import_model,
    make_bundle,
    open_directory,
)
from bookrec.offline.retrieval.two_tower_settings import TwoTowerSettings  # noqa: E402

SETTINGS = ImportSettings(
    towers=TwoTowerSettings(embedding_size=8, hidden_size=16, epochs=1, steps=5), weigh_lists=False
)
"""Without list weights, published scores are the model's own."""


def import_tiny(
    home: Home | None,
    directory: Path,
    dataset: Dataset,
    mapping: Mapping | None = None,
    *,
    weigh_lists: bool = False,
) -> Any:
    """Import a directory; save the bundle if there is a home."""
    settings = replace(SETTINGS, weigh_lists=weigh_lists)
    opened = open_directory(directory, dataset, mapping)
    assert opened.mapping is not None, [guess.questions for guess in opened.guesses]
    with without_graphs():
        if home is None:
            return make_bundle(opened, dataset, settings, lambda _: None)
        return import_model(home, opened, dataset, settings, lambda _: None)
