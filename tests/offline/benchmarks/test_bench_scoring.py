"""``bench scoring``: the arithmetic of its report, and a tiny run of everything."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from bookrec import __version__
from bookrec.cli.main import cli
from bookrec.offline.data.dataset import load_dataset
from bookrec.offline.data.histories import Histories
from bookrec.offline.runtime.tensorflow_start import start_tensorflow
from bookrec.offline.scoring.lists.top_n import Lists
from bookrec.settings import Home

start_tensorflow()

from bookrec.offline.benchmarks.bench_published import (  # noqa: E402
    BundleTiming,
    has_snapshot,
    time_bundle,
)
from bookrec.offline.benchmarks.bench_report import (  # noqa: E402
    BenchComparison,
    Timing,
    duration,
    steady,
)
from bookrec.offline.benchmarks.bench_scoring import _largest_in_lists  # noqa: E402


def test_steady_leaves_out_the_start_and_the_end():
    # Two workers. The first two results of each include its start; at 18 s one of them has no work
    # left, so only what came in from 10 to 16 s counts.
    arrivals = [
        (5.0, 9, 1),
        (6.0, 9, 1),
        (9.0, 9, 1),
        (10.0, 9, 1),
        (12.0, 20, 3),
        (14.0, 40, 4),
        (16.0, 30, 5),
        (18.0, 99, 9),
    ]
    timing = steady(arrivals, workers=2)
    assert timing == Timing(pairs=90, seconds=6.0, readers=12)
    assert timing.rate == 15.0


@pytest.mark.parametrize("results", [0, 4, 5])
def test_too_few_results_are_not_timed(results: int):
    arrivals = [(float(number), 1, 1) for number in range(results)]
    with pytest.raises(ValueError, match=f"{results} results of 2 workers"):
        steady(arrivals, workers=2)


@pytest.fixture
def comparison() -> BenchComparison:
    return BenchComparison(
        multiply_adds=50,
        limit_flops=20_000.0,
        timings={
            "keras, small": [Timing(10, 1.0), Timing(20, 1.0), Timing(40, 1.0)],
            "keras, large": [Timing(5, 1.0), Timing(25, 1.0), Timing(26, 1.0)],
            "split": [Timing(100, 1.0), Timing(160, 1.0), Timing(280, 2.0)],
        },
    )


def test_rates_are_medians_and_shares_are_of_the_limit(comparison: BenchComparison):
    assert comparison.limit == 200.0  # 20,000 / (2 * 50) pairs a second
    assert comparison.rate("split") == 140.0
    assert comparison.share("split") == 0.7


def test_ratios_are_taken_within_a_repeat_and_the_best_batch_is_the_base(
    comparison: BenchComparison,
):
    assert comparison.best("keras") == "keras, large"
    # 100/10, 160/20, 140/40: their median, and not the ratio of the medians (7)
    assert comparison.ratio("split", "keras, small") == 8.0
    row = {row["way"]: row for row in comparison.rows("keras, large")}["split"]
    assert row["ratio"] == 160 / 25
    assert (row["lowest"], row["highest"]) == (100.0, 160.0)
    (line,) = [line for line in comparison.lines("keras, large") if line.startswith("split")]
    assert line.split()[-2:] == ["6.4", "70%"]


def test_the_time_of_everybody_is_extrapolated():
    timing = BundleTiming(300, Timing(6_000, 2.0, readers=20), everybody=905, multiply_adds=7)
    assert timing.readers_per_second == 10.0
    assert timing.seconds_for_all == 90.5
    assert timing.share(limit_flops=84_000.0) == 0.5
    assert "300 candidates: 10 readers/s" in timing.line(84_000.0)
    assert "all 905 readers in 1 min 30 s" in timing.line(84_000.0)
    assert duration(59.4) == "59 s"
    assert duration(3601) == "60 min 01 s"


def test_a_list_is_held_against_the_best_of_kerass_own_without_own_books():
    found = np.array([[0.9, 0.5, 0.8, 0.1], [0.2, 0.3, 0.4, 0.7]], dtype=np.float32)
    histories = Histories(
        np.array([0, 1, 1]),
        np.array([0], np.int32),
        np.zeros(1, np.int8),
        np.full(2, -1, np.int32),
        None,
    )
    start = np.array([0, 2, 4])
    books = np.array([2, 1, 3, 2], np.int32)
    exact = Lists(start, books, np.array([0.8, 0.5, 0.7, 0.4]))
    worse = Lists(start, books, np.array([0.8, 0.5, 0.7, 0.3]))
    assert _largest_in_lists(exact, found, histories) < 1e-6
    assert _largest_in_lists(worse, found, histories) == pytest.approx(0.1, abs=1e-6)


@pytest.mark.slow
def test_a_quick_run_measures_every_way_and_finds_them_equal(tmp_path: Path):
    path = tmp_path / "speed.json"
    arguments = ["--home", str(tmp_path), "bench", "scoring", "--quick", "--json", str(path)]
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    figures = json.loads(path.read_text())
    ways = [row["way"].split(",")[0] for row in figures["ways"]]
    assert ways == ["model.predict", "tf.function", "split", "split"]
    for row in figures["ways"]:
        assert row["pairs_per_second"] > 0
        assert row["way"] in result.output
    (base,) = [row for row in figures["ways"] if row["way"] == figures["base"]]
    assert base["ratio"] == 1.0
    assert figures["multiply_adds"] == 128 * 64 + 64 * 32 + 32
    assert figures["sgemm"]["flops"] > 0
    assert figures["sgemm"]["kernel"] in result.output
    parity = figures["parity"]
    assert parity["pairs"] == 2 * 1_100
    assert parity["largest"] <= 1e-5
    assert parity["largest_in_lists"] <= 1e-5
    # Books are told apart, and the logistic function is not saturated.
    assert 0.001 < parity["lowest"] < parity["highest"] - 0.1 < 0.999
    assert figures["bundle"] == []
    assert figures["about"]["versions"]["bookrec"] == __version__
    assert figures["about"]["created_at"].startswith("20")


@pytest.mark.slow
def test_a_published_snapshot_is_timed_whole_and_in_two_stages(sample_home: Home):
    assert has_snapshot(sample_home)
    whole, two_stage = time_bundle(sample_home, sample=40, candidates=30, top=10)
    assert whole.candidates is None
    assert whole.timing.pairs == whole.timing.readers * load_dataset(sample_home).n_books
    assert two_stage.candidates == 30
    assert 0 < two_stage.timing.pairs <= 30 * two_stage.timing.readers
    for found in (whole, two_stage):
        assert found.everybody > 100
        assert found.multiply_adds > 128 * 64
        assert found.row(1e9)["seconds_for_all"] == found.seconds_for_all


def test_a_home_without_a_snapshot_has_none(tmp_path: Path):
    assert not has_snapshot(Home(tmp_path))


def test_a_file_in_no_directory_is_refused_before_the_work(tmp_path: Path):
    arguments = ["--home", str(tmp_path), "bench", "scoring", "--json", str(tmp_path / "no" / "x")]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 2
    assert "is no directory" in result.output
