"""A tiny data set and both presets trained on it, shared by all workers of a test run."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bookrec.files import write_pointer
from bookrec.settings import Home
from shared_builds import build_once

PRESETS = ("default", "classic")


@pytest.fixture(scope="session")
def tiny_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with 120 readers, 90 books and about 1,500 interactions imported; do not change it."""
    from bookrec.offline.data.import_data import import_data
    from bookrec.offline.data.sample.export import write_sample

    def build(root: Path) -> None:
        write_sample(root / "raw", n_readers=120, n_books=90, n_interactions=1500, seed=5)
        import_data(Home(root / "home"), root / "raw")

    return Home(build_once(tmp_path_factory, "tiny", build) / "home")


@pytest.fixture(scope="session")
def train_tiny(tiny_home: Home) -> Callable[[Home, str], Any]:
    """Trains a preset on the data of `tiny_home`, in another home; always the same seed."""
    from bookrec.offline.runtime.tensorflow_start import start_tensorflow

    start_tensorflow()
    from bookrec.offline.ranking.ranker_settings import RankerSettings
    from bookrec.offline.ranking.train_classic import ClassicSettings
    from bookrec.offline.retrieval.two_tower_settings import TwoTowerSettings
    from bookrec.offline.training.train import train
    from bookrec.offline.training.train_settings import TrainSettings

    def run(home: Home, preset: str) -> Any:
        settings = TrainSettings(
            preset=preset,
            seed=3,
            candidates=40,
            # In fewer steps, towers learn no more than which books are popular.
            towers=TwoTowerSettings(
                embedding_size=8, hidden_size=16, side_by_side_whole=1, epochs=1, steps=150
            ),
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
        if not home.datasets.exists():
            shutil.copytree(tiny_home.datasets, home.datasets)
        return train(home, settings, progress=lambda _: None)

    return run


@pytest.fixture(scope="session")
def tiny_bundles(
    tiny_home: Home,
    train_tiny: Callable[[Home, str], Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Any]:
    """Both presets, trained once, from the models of `tiny_home`: ``default`` and ``classic``."""
    from bookrec.offline.models.bundle.bundle_files import load_bundle

    def build(root: Path) -> None:
        home = Home(root / "home")
        tiny_home.models.mkdir(exist_ok=True)
        for preset in PRESETS:
            model_id = train_tiny(home, preset).model_id
            # Moved as a whole: another worker may be copying the home.
            (home.models / model_id).rename(tiny_home.models / model_id)
            write_pointer(tiny_home.models, model_id)
            (root / preset).write_text(model_id)

    trained = build_once(tmp_path_factory, "tiny-models", build)
    return {preset: load_bundle(tiny_home, (trained / preset).read_text()) for preset in PRESETS}


@pytest.fixture(params=PRESETS)
def tiny_bundle(request: pytest.FixtureRequest, tiny_bundles: dict[str, Any]) -> Any:
    """One preset after the other."""
    return tiny_bundles[request.param]


@pytest.fixture
def tiny_home_copy(tiny_home: Home, tmp_path: Path) -> Home:
    """A copy of `tiny_home` that a test may change."""
    target = tmp_path / "home"
    # Another worker may be replacing the pointer, by way of a hidden file.
    shutil.copytree(tiny_home.root, target, ignore=shutil.ignore_patterns(".*"))
    return Home(target)
