"""Scoring the tiny data set, and looking at the tables that come of it."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from bookrec.offline.data.dataset import Dataset
from bookrec.settings import Home
from bookrec.snapshot import open_database

TABLES = ("book", "reader", "interaction", "user_top", "similar_top", "popular_top")


def home_with_models(tiny_home: Home, root: Path) -> Home:
    """A new home that shares the models of another."""
    home = Home(root)
    home.models.parent.mkdir(parents=True, exist_ok=True)
    if not home.models.exists():
        home.models.symlink_to(tiny_home.models)
    return home


def score_tiny(home: Home, model_id: str, dataset: Dataset, **settings: Any) -> Path:
    """The directory of the published snapshot; settings small enough for the tiny data set."""
    from bookrec.offline.scoring.job.score import ScoreSettings, score

    chosen = {"top": 10, "candidates": 40, "similar_candidates": 30, "workers": 0} | settings
    progress = chosen.pop("progress", lambda _: None)
    return home.snapshots / score(home, model_id, dataset, ScoreSettings(**chosen), progress)


def rows(directory: Path, table: str) -> list[tuple]:
    """Every row of a table, by its key."""
    with contextlib.closing(open_database(directory)) as connection:
        return connection.execute(f"select * from {table} order by 1, 2").fetchall()


def tables(directory: Path) -> dict[str, list[tuple]]:
    """All tables but ``meta``."""
    return {table: rows(directory, table) for table in TABLES}
