"""The nightly job's decisions and failures, with scoring itself replaced."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from bookrec.files import read_pointer, versions, write_pointer
from bookrec.offline.data.dataset import load_dataset, save_dataset
from bookrec.offline.runtime.tensorflow_start import start_tensorflow
from bookrec.settings import Home

start_tensorflow()
from bookrec.cli.main import cli  # noqa: E402
from bookrec.errors import BookrecError  # noqa: E402
from bookrec.offline import nightly  # noqa: E402
from bookrec.offline.data.shop_updates import extend_with_shop  # noqa: E402
from bookrec.shop.interactions import ShopInteraction  # noqa: E402
from bookrec.shop.owner.nightly_log import FAILED, PUBLISHED, REFUSED, read_runs  # noqa: E402
from command_line import bookrec_in_process  # noqa: E402
from gate_snapshots import build_instead, lists_of  # noqa: E402
from small_dataset import small_dataset  # noqa: E402
from small_snapshots import IDS, add  # noqa: E402


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Data and a published snapshot, of another model than the current one."""
    home = Home(tmp_path)
    save_dataset(home, small_dataset())
    add(home.snapshots, IDS[0])
    write_pointer(home.snapshots, IDS[0])
    write_pointer(home.models, "new-model")
    return home


def test_a_damaged_snapshot_is_a_reason_to_make_another(home: Home):
    database = home.snapshots / IDS[0] / "snapshot.sqlite"
    database.chmod(0o600)
    database.write_bytes(b"no database at all")
    assert nightly._nothing_new(home, load_dataset(home)) == ""
    write_pointer(home.snapshots, IDS[1])  # not there
    assert nightly._nothing_new(home, load_dataset(home)) == ""


def test_the_unexpected_is_a_sentence_and_leaves_the_old_snapshot(
    home: Home, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: object) -> None:
        raise RuntimeError("a shape that does not fit\nand pages of detail")

    monkeypatch.setattr(nightly, "read_manifest", fail)
    result = CliRunner().invoke(cli, ["--home", str(home.root), "nightly"])
    assert isinstance(result.exception, BookrecError)
    assert result.exception.exit_code == 1
    message = str(result.exception)
    assert "RuntimeError: a shape that does not fit" in message
    assert "\n" not in message
    assert "model: failed after 0 s: a shape that does not fit" in result.output
    traceback_file = home.root / "var" / "nightly-failure.txt"
    assert str(traceback_file) in message
    assert "in fail" in traceback_file.read_text()
    assert (home.snapshots / "current").read_text() == f"{IDS[0]}\n"
    (run,) = read_runs(home.nightly_log, 5)
    assert (run.outcome, run.reason) == (FAILED, "a shape that does not fit")
    assert list(run.stages) == ["shop", "dataset"]


def test_one_job_at_a_time(home: Home):
    settings = nightly.NightlySettings()
    with nightly._only_one(home), pytest.raises(BookrecError, match="Another nightly job"):
        nightly.nightly(home, settings, lambda _: None)


def test_data_sets_of_earlier_nights_go_when_nothing_names_them(home: Home):
    base = load_dataset(home)
    nights = [
        extend_with_shop(
            base, {}, [ShopInteraction("shop:1", base.books["isbn"][book], "like", None, 7)]
        )
        for book in range(2)
    ]
    for night in nights:
        save_dataset(home, night)
    assert nightly.prune_extensions(home) == [nights[0].dataset_id]
    assert load_dataset(home).dataset_id == nights[1].dataset_id
    assert load_dataset(home, base.dataset_id).digest == base.digest
    assert nightly.prune_extensions(home) == []


def test_refused_lists_leave_the_former_snapshot_until_they_are_accepted(
    home: Home, monkeypatch: pytest.MonkeyPatch
):
    build_instead(monkeypatch, lists_of(one_first=True))
    monkeypatch.setattr(nightly, "read_manifest", lambda *_: {"model_id": "hand-made"})
    refused = bookrec_in_process(home, "nightly")
    assert refused.returncode == 3
    (line,) = [line for line in refused.stdout.splitlines() if " score: " in line]
    assert " score: refused after " in line
    assert "100.0% of 60 readers have the same first book, 'Book 50'" in line
    assert f"Snapshot {IDS[0]} stays published" in line
    assert "100.0% of 60 readers have the same first book" in refused.stderr
    assert versions(home.snapshots) == [IDS[0]]
    assert read_pointer(home.snapshots) == IDS[0]
    accepted = bookrec_in_process(home, "nightly", "--accept")
    assert accepted.returncode == 0, accepted.stderr
    assert read_pointer(home.snapshots) not in (None, IDS[0])
    runs = read_runs(home.nightly_log, 5)
    assert [run.outcome for run in runs] == [REFUSED, PUBLISHED]
    assert runs[1].snapshot_id == read_pointer(home.snapshots)


@pytest.fixture
def rolled_back(home: Home) -> Home:
    """A home whose snapshot of the present data and the current model was rolled back."""
    digest = load_dataset(home).digest
    add(
        home.snapshots,
        IDS[1],
        change=f"update meta set value = '{digest}' where key = 'dataset_digest';"
        "update meta set value = 'new-model' where key = 'model_id';",
    )
    result = bookrec_in_process(home, "snapshots", "rollback")
    assert result.returncode == 0, result.stderr
    assert f"Withdrew {IDS[1]}" in result.stdout
    assert read_pointer(home.snapshots) == IDS[0]
    return home


def test_a_rolled_back_snapshot_stays_out(rolled_back: Home, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(nightly, "score", lambda *_, **__: pytest.fail("scored"))
    for _ in range(2):
        result = bookrec_in_process(rolled_back, "nightly")
        assert result.returncode == 0, result.stderr
        assert f"nothing new: {IDS[1]} was made of the same data and model" in result.stdout
    assert read_pointer(rolled_back.snapshots) == IDS[0]
    assert f"- {IDS[1]}" in bookrec_in_process(rolled_back, "snapshots", "list").stdout


def test_it_stays_out_after_it_was_pruned(rolled_back: Home):
    assert bookrec_in_process(rolled_back, "snapshots", "prune", "--keep", "1").returncode == 0
    (rolled_back.snapshots / IDS[1]).rename(rolled_back.root / "pruned")
    result = bookrec_in_process(rolled_back, "nightly")
    assert "was rolled back" in result.stdout
    assert read_pointer(rolled_back.snapshots) == IDS[0]


@pytest.mark.parametrize(
    ("kept", "force", "model_id"),
    [
        (True, False, "hand-made"),  # the model of the lists in force
        (False, False, "new-model"),  # which was removed meanwhile
        (True, True, "new-model"),
    ],
)
def test_new_ratings_after_a_rollback_go_on_with_the_model_in_force(
    rolled_back: Home, monkeypatch: pytest.MonkeyPatch, kept: bool, force: bool, model_id: str
):
    home, scored = rolled_back, []
    if kept:
        (home.models / "hand-made").mkdir(parents=True)

    def score(_home: Home, chosen: str, *_: object, **__: object) -> str:
        scored.append(chosen)
        return IDS[0]

    base = load_dataset(home)
    ratings = [ShopInteraction("shop:1", base.books["isbn"][0], "like", None, 7)]
    monkeypatch.setattr(nightly, "score", score)
    monkeypatch.setattr(nightly, "read_shop", lambda _: ({}, ratings))
    monkeypatch.setattr(
        nightly,
        "read_manifest",
        lambda home, name=None: {"model_id": name or read_pointer(home.models)},
    )
    monkeypatch.setattr(nightly, "comparison_lines", lambda *_: [])
    monkeypatch.setattr(nightly, "published_shelf", lambda *_: None)
    result = bookrec_in_process(home, "nightly", *(["--force"] if force else []))
    assert result.returncode == 0, result.stderr
    assert scored == [model_id]
    assert ("to which the site was rolled back" in result.stdout) == (model_id == "hand-made")


def test_a_withdrawn_snapshot_named_by_the_operator_is_back(rolled_back: Home):
    result = bookrec_in_process(rolled_back, "snapshots", "rollback", IDS[1])
    assert result.returncode == 0, result.stderr
    assert read_pointer(rolled_back.snapshots) == IDS[1]
    assert "was rolled back" not in bookrec_in_process(rolled_back, "nightly").stdout
    assert f"- {IDS[1]}" not in bookrec_in_process(rolled_back, "snapshots", "list").stdout
