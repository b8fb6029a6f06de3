"""What a run says at its end: known numbers; and how the machine's limits are asked for."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bookrec.offline.runtime.blas_peak import SgemmRate, sgemm_rate
from bookrec.offline.runtime.disk_space import is_disk_full
from bookrec.offline.runtime.peak_memory import peak_resident_bytes
from bookrec.offline.scoring.job.score_report import ScoreReport

MACHINE = SgemmRate(flops=200e9, threads=2, kernel="openblas Haswell")


def test_rates_and_shares_are_of_this_run():
    report = ScoreReport(multiply_adds=10_000, worker_peak_bytes=300 * 2**20)
    report.count("readers", 1_500_000, 1_500_000)
    report.count("readers", 2_500_000, 2_500_000)
    report.count("content", 0, 0)
    report.seconds = {"compile": 3.25, "readers": 2.0, "content": 1.0}
    first, second, third = report.lines(MACHINE)
    # 4 M pairs in 2 s; 2 M/s x 2 x 10,000 = 40 GFLOP/s of 200.
    assert first == (
        "readers: 4,000,000 pairs, 2.00 M pairs/s, candidates and features included: 10,000 "
        "multiply-adds a pair, 20% of this machine's 200 GFLOP/s (openblas Haswell, 2 threads)"
    )
    assert second == "seconds: compile 3.2, readers 2.0, content 1.0; together 6.2"
    assert third.startswith("peak memory: here ")
    assert third.endswith(", largest worker 300 MiB")


def test_without_a_machine_the_speed_alone_is_stated():
    report = ScoreReport(multiply_adds=10_000, seconds={"readers": 2.0})
    report.count("readers", 4_000_000, 4_000_000)
    first = next(iter(report.lines()))
    assert first == "readers: 4,000,000 scores of pairs, 2.00 million a second"


def test_a_pair_of_several_lists_is_work_once():
    report = ScoreReport(multiply_adds=10_000, seconds={"neighbours": 2.0})
    report.count("neighbours", 3_000_000, 1_500_000)
    report.count("neighbours", 500_000, 500_000)
    # 3.5 M pairs in 2 s; of 2 M computed, 1 M/s x 2 x 10,000 = 20 GFLOP/s of 200.
    assert next(iter(report.lines(MACHINE))) == (
        "neighbours: 3,500,000 pairs, 1.75 M pairs/s, candidates and features included (2,000,000 "
        "computed, each once for all lists that need it): 10,000 multiply-adds a pair, 10% of this "
        "machine's 200 GFLOP/s (openblas Haswell, 2 threads)"
    )


def test_a_stage_is_timed_even_when_it_fails():
    report = ScoreReport()
    with pytest.raises(RuntimeError), report.stage("readers"):
        raise RuntimeError
    assert report.seconds["readers"] >= 0


def test_the_machine_is_measured():
    machine = sgemm_rate(0.02)
    assert machine.flops > 1e8
    assert machine.threads == len(os.sched_getaffinity(0))
    assert machine.kernel


def test_peak_memory_is_of_this_process_and_not_of_the_one_that_started_it():
    held = np.ones(200 * 2**20, dtype=np.uint8)
    here = peak_resident_bytes()
    assert here > held.nbytes
    code = "from bookrec.offline.runtime.peak_memory import peak_resident_bytes as p; print(p())"
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 2**20 < int(there.stdout) < 100 * 2**20


def test_a_full_disk_is_told_from_other_errors(tmp_path: Path):
    assert is_disk_full(OSError(errno.ENOSPC, "No space left on device"))
    assert is_disk_full(OSError("20512 requested and 4096 written"))
    assert not is_disk_full(OSError(errno.EACCES, "Permission denied"))
    assert not is_disk_full(RuntimeError("full"))
    connection = sqlite3.connect(tmp_path / "x.sqlite")
    connection.execute("pragma max_page_count = 3")
    with pytest.raises(sqlite3.OperationalError) as full:
        connection.execute("create table t as select zeroblob(100000)")
    assert is_disk_full(full.value)
    with pytest.raises(sqlite3.OperationalError) as other:
        connection.execute("select * from nowhere")
    assert not is_disk_full(other.value)
    connection.close()
