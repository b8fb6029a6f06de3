"""A tiny data set and both presets trained on it, shared by the whole session."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bookrec.settings import Home


@pytest.fixture(scope="session")
def tiny_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with 120 readers, 90 books and about 1,500 interactions imported; do not change it."""
    from bookrec.offline.data.import_data import import_data
    from bookrec.offline.data.sample.export import write_sample

    root = tmp_path_factory.mktemp("tiny")
    write_sample(root / "raw", n_readers=120, n_books=90, n_interactions=1500, seed=5)
    home = Home(root / "home")
    import_data(home, root / "raw", "auto", progress=lambda _: None)
    return home


@pytest.fixture(scope="session")
def train_tiny(tiny_home: Home) -> Callable[[str], Any]:
    """Trains a preset on `tiny_home` with little networks and one epoch; always the same seed."""
    from bookrec.offline.runtime.tensorflow_start import start_tensorflow

    start_tensorflow()
    from bookrec.offline.ranking.listwise_groups import RankerSettings
    from bookrec.offline.ranking.train_classic import ClassicSettings
    from bookrec.offline.retrieval.two_tower_settings import TwoTowerSettings
    from bookrec.offline.training.train import train
    from bookrec.offline.training.train_settings import TrainSettings

    def run(preset: str) -> Any:
        settings = TrainSettings(
            preset="classic" if preset == "classic" else "default",
            seed=3,
            candidates=40,
            # In fewer steps, towers learn no more than which books are popular.
            towers=TwoTowerSettings(embedding_size=8, hidden_size=16, epochs=1, steps=150),
            ranker=RankerSettings(
                candidates=40,
                negatives=15,
                catalogue_negatives=3,
                epochs=6,
                steps=350,
                batch_size=8,
                rounds=1,
            ),
            classic=ClassicSettings(epochs=1, batch_size=256),
        )
        return train(tiny_home, settings, progress=lambda _: None)

    return run


@pytest.fixture(scope="session")
def tiny_bundles(train_tiny: Callable[[str], Any]) -> dict[str, Any]:
    """Both presets, trained once: ``default`` and ``classic``."""
    return {preset: train_tiny(preset) for preset in ("default", "classic")}


@pytest.fixture(params=["default", "classic"])
def tiny_bundle(request: pytest.FixtureRequest, tiny_bundles: dict[str, Any]) -> Any:
    """One preset after the other."""
    return tiny_bundles[request.param]


@pytest.fixture
def tiny_home_copy(tiny_home: Home, tmp_path: Path) -> Home:
    """A copy of `tiny_home` that a test may change."""
    import shutil

    target = tmp_path / "home"
    shutil.copytree(tiny_home.root, target)
    return Home(target)
