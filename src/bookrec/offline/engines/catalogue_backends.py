"""Registry of catalogue backends. A module is imported when its backend is chosen."""

from __future__ import annotations

from dataclasses import replace
from pkgutil import resolve_name
from typing import Final

from bookrec.inference.ranker.catalogue_backend import BackendFactory
from bookrec.inference.ranker.split_ranker import SplitRanker
from bookrec.inference.recommender import Recommender

CATALOGUE_BACKENDS: Final = {
    "numpy": "bookrec.inference.ranker.numpy_backend:NumpyBackend",
    "fused": "bookrec.offline.engines.fused.fused_backend:fused_backend",
    "tensorflow": "bookrec.offline.engines.tensorflow_backend:TensorFlowBackend",
}
"""Module and factory (`BackendFactory`) of each backend."""


def backend_factory(name: str) -> BackendFactory:
    """Import the factory of a backend."""
    make: BackendFactory = resolve_name(CATALOGUE_BACKENDS[name])
    return make


def with_backend(recommender: Recommender, name: str) -> Recommender:
    """Let another backend do the arithmetic of a compiled ranker.

    Keras runs a ranker that could not be compiled; its recommender is returned unchanged.

    Raises:
        ModelError: the backend cannot run the model.
    """
    if not isinstance(recommender.ranker, SplitRanker):
        return recommender
    return replace(recommender, ranker=replace(recommender.ranker, backend=backend_factory(name)))
