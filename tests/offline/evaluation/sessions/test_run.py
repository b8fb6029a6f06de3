"""``bookrec evaluate --sessions`` from the command line, and its reports."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bookrec.offline.data.dataset import make_dataset, save_dataset
from bookrec.settings import Home
from command_line import bookrec_in_process
from small_visits import wandering_visits
from split_datasets import dataset_of


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    visits = wandering_visits(200, 30, seed=4)
    path = tmp_path_factory.mktemp("log") / "clicks.tsv"
    rows = zip(visits.ids[visits.visit], visits.book, visits.time, strict=True)
    lines = [f"{visit}\t{book}\t{time}" for visit, book, time in rows]
    path.write_text("\n".join(["SessionId\tItemId\tTime", *lines]), encoding="utf-8")
    return path


def run(root: Path, *arguments: str) -> tuple[int, str]:
    result = bookrec_in_process(Home(root), "evaluate", *arguments)
    return result.returncode, result.stdout + result.stderr


def test_a_log_is_replayed_and_reported(log: Path, tmp_path: Path):
    report = tmp_path / "report"
    makers = "popular,static,item-knn,vs-knn,blended"
    code, output = run(
        tmp_path,
        "--sessions",
        str(log),
        "--against",
        makers,
        "--report",
        str(report),
        "--quick",
        "--tuning-time",
        "0",
    )
    assert code == 0, output
    plain = json.loads((report / "report.json").read_text(encoding="utf-8"))
    assert list(plain["scorers"]) == ["popular", "item-knn", "vs-knn", "blended"]
    assert plain["about"]["finished"]
    ours, popular = (plain["scorers"][name] for name in ("blended", "popular"))
    assert (ours["kind"], popular["kind"]) == ("ours", "baseline")
    assert ours["metrics"]["hit_rate@20"] > popular["metrics"]["hit_rate@20"]
    ratio = popular["against_best_baseline"]["mrr@20"]["ratio"]
    assert ratio["low"] <= ratio["value"] <= ratio["high"] < 1
    assert "static: left out" in output
    assert "best of others" in output
    page = (report / "report.html").read_text(encoding="utf-8")
    assert "MRR@20 of the next book" in page
    assert "<svg" in page


def test_readers_of_a_data_set_have_static_lists(tmp_path: Path):
    home = Home(tmp_path)
    dataset = dataset_of([12, 15, 11, 14, 10, 13, 12, 16, 11, 12, 14, 3])
    rows = dataset.interactions.copy()
    rows["timestamp"] = np.arange(len(rows))
    timed = make_dataset(
        dataset.readers,
        dataset.books,
        rows,
        layout="book-crossing",
        rating_max=10,
        source="",
        files={},
    )
    save_dataset(home, dataset)
    code, output = run(tmp_path, "--sessions", "dataset", "--against", "popular")
    assert code == 1
    assert "has no times" in output
    save_dataset(home, timed)
    code, output = run(tmp_path, "--sessions", "dataset", "--against", "static,blended", "--quick")
    assert code == 0, output
    assert "split readers kept aside" in output


@pytest.mark.parametrize(
    ("arguments", "expected", "message"),
    [
        (("--sessions", "nowhere.tsv"), 1, "cannot be read"),
        (("--sessions", "dataset"), 1, "run 'bookrec data import SOURCE' first"),
        (("--sessions", "x", "--against", "sknn"), 2, "there is no list maker 'sknn'"),
    ],
)
def test_what_cannot_be_replayed_is_refused(
    tmp_path: Path, arguments: tuple[str, ...], expected: int, message: str
):
    code, output = run(tmp_path, *arguments)
    assert code == expected
    assert message in output
