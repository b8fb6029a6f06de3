"""Log of nightly runs: a line a run, whatever its end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bookrec.errors import QualityGateRefused
from bookrec.shop.owner.nightly_log import (
    FAILED,
    NOTHING_NEW,
    PUBLISHED,
    REFUSED,
    figures_of_meta,
    night_log,
    read_runs,
)

META = {
    "model_id": "m1",
    "shelf": json.dumps({"coverage": 0.5, "commonest": 0.1, "rating_mean": None}),
    "metrics": json.dumps({"pipeline": {"ndcg@20_liked": 0.31, "other": 1}}),
}


def test_every_end_of_a_night_is_a_line(tmp_path: Path) -> None:
    path = tmp_path / "var" / "nightly.jsonl"
    with night_log(path) as night:
        night.reason = "nothing changed"
    with night_log(path) as night:
        night.stages["score"] = 3.5
        night.published("s1", META)
    with pytest.raises(QualityGateRefused), night_log(path):
        raise QualityGateRefused("one first book for most readers\nand more")
    with pytest.raises(RuntimeError), night_log(path):
        raise RuntimeError
    runs = read_runs(path, 10)
    assert [run.outcome for run in runs] == [NOTHING_NEW, PUBLISHED, REFUSED, FAILED]
    assert runs[1].figures == {"ndcg": 0.31, "coverage": 0.5, "commonest": 0.1}
    assert (runs[1].snapshot_id, runs[1].model_id, runs[1].stages) == ("s1", "m1", {"score": 3.5})
    assert runs[2].reason == "one first book for most readers"
    assert runs[3].reason == "RuntimeError"
    assert len(read_runs(path, 2)) == 2


def test_damaged_lines_are_left_out_and_a_missing_log_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "nightly.jsonl"
    assert read_runs(path, 5) == []
    with night_log(path):
        pass
    path.write_text(f'{{"started_at": 1\nnull\n[]\n{path.read_text()}', encoding="utf-8")
    assert len(read_runs(path, 5)) == 1
    assert figures_of_meta({"shelf": "damaged", "metrics": "[1]"}) == {}
