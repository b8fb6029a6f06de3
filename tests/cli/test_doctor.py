"""``bookrec doctor`` on homes at each point of the flow."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from bookrec import snapshot as snapshots
from bookrec.cli.doctor import DoctorLine, doctor, examine
from bookrec.files import write_pointer
from bookrec.settings import Home
from bookrec.shop.schema import migrate
from small_recommender import make_recommender
from small_snapshots import IDS, fill

DIGEST = "d" * 64


def line_of(home: Home, part: str) -> DoctorLine:
    return next(line for line in examine(home) if line.part == part)


def run(home: Home) -> tuple[int, str]:
    result = CliRunner().invoke(doctor, obj=home)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.output


def add_dataset(home: Home, digest: str = DIGEST) -> Path:
    directory = home.datasets / "small"
    directory.mkdir(parents=True, exist_ok=True)
    manifest = {
        "dataset_id": "small",
        "digest": digest,
        "readers": 1200,
        "books": 5,
        "interactions": 3,
        "sample": True,
    }
    (directory / "manifest.json").write_text(json.dumps(manifest))
    for name in ("readers", "books", "interactions"):
        (directory / f"{name}.parquet").write_bytes(b"PAR1")
    write_pointer(home.datasets, "small")
    return directory


def add_model(home: Home, model_id: str = "hand-made", digest: str = DIGEST) -> Path:
    directory = home.models / model_id
    directory.mkdir(parents=True)
    (directory / "wide_deep.keras").write_bytes(b"weights")
    files = {"wide_deep.keras": hashlib.sha256(b"weights").hexdigest()}
    manifest = {"model_id": model_id, "dataset_id": "small", "dataset_digest": digest}
    (directory / "manifest.json").write_text(json.dumps(manifest | {"files": files}))
    write_pointer(home.models, model_id)
    return directory


def add_snapshot(home: Home) -> Path:
    with snapshots.building(home.snapshots, IDS[0]) as staging:
        fill(staging, IDS[0])
        (staging / snapshots.RANKER_NAME).mkdir()
        make_recommender().save(staging / snapshots.RANKER_NAME)
    snapshots.publish(home.snapshots, IDS[0])
    return home.snapshots / IDS[0]


@pytest.fixture
def healthy(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    add_dataset(home)
    add_model(home)
    add_snapshot(home)
    migrate(home.shop_database)
    return home


def test_next_follows_the_flow(tmp_path: Path):
    home = Home(tmp_path / "not-there-yet")
    steps: list[tuple[Callable[[Home], object], str]] = [
        (lambda _: None, "bookrec data import SOURCE"),
        (add_dataset, "bookrec train"),
        (add_model, "bookrec score"),
        (add_snapshot, "bookrec serve"),
    ]
    for step, expected in steps:
        step(home)
        code, output = run(home)
        assert code == 0, output
        assert output.endswith(f"\nNext: {expected}\n")
    assert not home.shop_database.exists(), "looking must not create anything"


def test_a_healthy_home(healthy: Home):
    code, output = run(healthy)
    assert code == 0
    assert {line.split()[0] for line in output.splitlines()[:-2]} == {"ok"}
    assert "small (sample data): 1,200 readers, 5 books, 3 interactions" in output
    assert "0 accounts, schema version" in output


def test_a_snapshot_of_another_model_is_stale(healthy: Home):
    add_model(healthy, "newer")
    line = line_of(healthy, "snapshot")
    assert (line.state, line.next_step) == ("stale", "bookrec score")
    assert "scored by hand-made" in line.detail
    assert run(healthy)[0] == 0


def test_a_new_data_set_makes_model_and_snapshot_stale(healthy: Home):
    add_dataset(healthy, digest="e" * 64)
    assert line_of(healthy, "model").state == "stale"
    assert line_of(healthy, "snapshot").state == "stale"
    assert run(healthy)[1].endswith("Next: bookrec train\n")


def _change_weights(home: Home) -> None:
    (home.models / "hand-made" / "wide_deep.keras").write_bytes(b"weighty")


def _break_constraint(home: Home) -> None:
    path = home.snapshots / IDS[0] / snapshots.DATABASE_NAME
    path.chmod(0o644)
    with sqlite3.connect(path) as connection:
        connection.execute("delete from popular_top")
    connection.close()


def _future_shop(home: Home) -> None:
    connection = sqlite3.connect(home.shop_database)
    connection.execute("pragma user_version = 99")
    connection.close()


DAMAGE: dict[str, tuple[str, Callable[[Home], object], str]] = {
    "a lost table": (
        "data set",
        lambda h: (h.datasets / "small" / "books.parquet").unlink(),
        "books.parquet",
    ),
    "a torn manifest": (
        "data set",
        lambda h: (h.datasets / "small" / "manifest.json").write_text("{"),
        "small",
    ),
    "a pointer to nothing": ("model", lambda h: write_pointer(h.models, "gone"), "gone"),
    "a changed weight": ("model", _change_weights, "wide_deep.keras"),
    "a broken constraint": ("snapshot", _break_constraint, "segment 'all'"),
    "a lost array": (
        "snapshot",
        lambda h: (h.snapshots / IDS[0] / "ranker" / "last_books.npy").unlink(),
        "last_books.npy",
    ),
    "a shop that is no database": (
        "shop",
        lambda h: h.shop_database.write_bytes(b"x" * 5000),
        "not a database",
    ),
    "a shop of a newer bookrec": ("shop", _future_shop, "newer bookrec"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_named_and_ends_with_1(healthy: Home, damage: str):
    part, break_it, words = DAMAGE[damage]
    break_it(healthy)
    line = line_of(healthy, part)
    assert line.state == "damaged"
    assert words in line.detail
    assert line.next_step
    code, output = run(healthy)
    assert code == 1
    assert f"damaged  {part}" in output


def test_an_older_shop_is_stale(healthy: Home):
    connection = sqlite3.connect(healthy.shop_database)
    connection.execute("pragma user_version = 0")
    connection.close()
    assert line_of(healthy, "shop").state == "stale"


def test_a_host_that_only_serves(healthy: Home, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bookrec.cli.doctor.importlib.util.find_spec", lambda _: None)
    line = line_of(healthy, "offline extra")
    assert line.state == "missing"
    assert "without pandas" in line.detail
    assert run(healthy)[0] == 0


def test_a_host_that_only_serves_needs_a_snapshot_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bookrec.cli.doctor.importlib.util.find_spec", lambda _: None)
    code, output = run(Home(tmp_path))
    assert code == 0
    assert "data set" not in output
    assert output.endswith(f"Next: copy precomputed/ into {tmp_path}\n")
    add_snapshot(Home(tmp_path))
    assert run(Home(tmp_path))[1].endswith("Next: bookrec serve\n")
