"""A notebook's model on the site: imported, scored, and asked for lists by the API."""

from __future__ import annotations

from pathlib import Path

import pytest

from bookrec.offline.data.dataset import load_dataset
from bookrec.offline.scoring.job.score import ScoreSettings, score
from bookrec.settings import Home
from notebook import ratings_table
from site_testing import open_client, register
from tiny_import import import_tiny
from zoo import neumf

pytestmark = pytest.mark.slow


def test_the_lists_of_an_imported_model_are_served(tiny_home: Home, tmp_path: Path):
    home, directory = Home(tmp_path / "home"), tmp_path / "notebook"
    directory.mkdir()
    home.datasets.parent.mkdir(parents=True)
    home.datasets.symlink_to(tiny_home.datasets)
    dataset = load_dataset(home)
    neumf(directory, ratings_table(dataset))
    bundle = import_tiny(home, directory, dataset)
    snapshot = score(home, None, dataset, ScoreSettings(top=10, workers=0), progress=lambda _: None)
    isbn = dataset.books["isbn"].iat[0]
    with open_client(home) as client:
        similar = client.get(f"/api/v1/books/{isbn}/similar?limit=5").json()
        headers = register(client, liked_isbns=dataset.books["isbn"].iloc[2:6].tolist())
        listed = client.get("/api/v1/me/recommendations?limit=8", headers=headers).json()
    assert similar["snapshot_id"] == listed["snapshot_id"] == snapshot
    assert len(similar["items"]) == 5
    assert listed["source"] == "live", "the model folds the new reader in"
    assert len(listed["items"]) == 8
    assert not {i["book"]["isbn"] for i in listed["items"]} & set(dataset.books["isbn"].iloc[2:6])
    assert bundle is not None
