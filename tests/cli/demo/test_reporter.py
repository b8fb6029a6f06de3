"""Progress of the demo without a terminal: a line a stage, and one more while a stage is long."""

from __future__ import annotations

import re

import pytest

from bookrec.cli.demo.reporter import Bar, Lines, make_reporter
from bookrec.cli.demo.stages import Plan, Stage, Verb

PLAN = Plan((Verb(("train",), lambda _: False, (Stage("reading", 20), Stage("fitting", 100))),))


def test_each_stage_is_a_line_with_its_number_and_the_time_left(
    capsys: pytest.CaptureFixture[str],
) -> None:
    reporter = Lines(PLAN)
    reporter.still()  # nothing runs yet
    reporter.begin(1)
    reporter.still()
    reporter.begin(2)
    with reporter.aside():
        print("the site is open")
    reporter.close()
    lines = capsys.readouterr().out.splitlines()
    assert [re.sub(r"^ +\d+ s  |about [\d.]+ (s|min) left", "", line) for line in lines] == [
        "stage  1 of 2, : reading",
        "stage  1 of 2, : still reading",
        "stage  2 of 2, : fitting",
        "the site is open",
    ]
    assert "about 2 min left" in lines[0]


def test_a_terminal_gets_a_bar_and_others_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert type(make_reporter(PLAN)) is Lines
    assert make_reporter(PLAN).tick_s == 30
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    reporter = make_reporter(PLAN)
    assert isinstance(reporter, Bar)
    reporter.still()
    reporter.begin(1)
    reporter.still()
    reporter.begin(2)
    reporter.still()
    assert reporter.bar.n == pytest.approx(20 / 120, abs=0.05)
    reporter.close()
    shown = capsys.readouterr()
    assert "stage 2 of 2 |" in shown.err
    assert [line.split(": ")[1] for line in shown.out.splitlines()] == ["reading", "fitting"]
