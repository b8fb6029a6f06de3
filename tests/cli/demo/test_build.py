"""The demo's verbs as processes: their lines, output and failure. Small scripts act as verbs."""

from __future__ import annotations

import subprocess
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from bookrec.cli.demo import build as build_module
from bookrec.cli.demo.build import LOG_NAME, build
from bookrec.cli.demo.stages import Plan, Stage, Verb
from bookrec.errors import BookrecError
from bookrec.settings import Home


class Recorder:
    """Records what is reported."""

    tick_s = 0.05

    def __init__(self) -> None:
        self.events: list[str] = []

    def begin(self, number: int) -> None:
        self.events.append(f"begin {number}")

    def still(self) -> None:
        if self.events[-1:] != ["still"]:
            self.events.append("still")

    def aside(self) -> AbstractContextManager[object]:
        return nullcontext()

    def close(self) -> None:
        self.events.append("close")


def script(source: str, *stages: Stage) -> Verb:
    return Verb((source,), lambda _: False, (Stage("starting", 1), *stages))


@pytest.fixture(autouse=True)
def scripts_as_verbs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the words of a verb as Python."""
    monkeypatch.setattr(
        build_module, "command_line", lambda _, words: [sys.executable, "-u", "-c", *words]
    )


def test_stages_begin_with_their_lines_and_silence_is_reported(tmp_path: Path) -> None:
    first = script(
        "import time; print('hello'); print('   0.1 s  towers'); time.sleep(0.5)\n"
        "print('   0.6 s  trees, 3 of them')",
        Stage("towers", 1, "towers"),
        Stage("never seen", 1, "nothing of the kind"),
        Stage("trees", 1, "trees"),
    )
    second = script("import sys; print('to the log', file=sys.stderr)")
    recorder = Recorder()
    build(Home(tmp_path), Plan((first, second)), recorder, lambda: recorder.events.append("after"))
    events = [event for event in recorder.events if event != "still"]
    assert events == [
        *("begin 1", "begin 2", "begin 3", "begin 4", "after"),
        *("begin 5", "after", "close"),
    ]
    assert "still" in recorder.events[recorder.events.index("begin 2") :]
    log = (tmp_path / LOG_NAME).read_text()
    assert [line for line in log.splitlines() if not line.startswith(("==", "print("))] == [
        "hello",
        "   0.1 s  towers",
        "   0.6 s  trees, 3 of them",
        "to the log",
    ]


def test_a_failed_verb_stops_the_demo_with_its_last_lines(tmp_path: Path) -> None:
    failing = script("print('many\\n' * 40 + 'Error: the disk is full'); raise SystemExit(1)")
    later = script("open('later', 'w')")
    recorder = Recorder()
    with pytest.raises(BookrecError) as stopped:
        build(Home(tmp_path), Plan((failing, later)), recorder, lambda: None)
    message = str(stopped.value)
    assert "Error: the disk is full" in message
    assert message.count("many") < 20
    assert "'bookrec demo' again" in message
    assert recorder.events[-1] == "close"
    assert "begin 2" not in recorder.events


def test_a_verb_ends_with_an_interrupted_demo(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    endless = script(
        f"import os, time; open({str(pid_file)!r}, 'w').write(str(os.getpid()))\n"
        "print('   0.1 s  towers'); time.sleep(600)",
        Stage("towers", 1, "towers"),
    )

    class Interrupting(Recorder):
        def begin(self, number: int) -> None:
            if number == 2:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(Home(tmp_path), Plan((endless,)), Interrupting(), lambda: None)
    listed = subprocess.run(["ps", "-p", pid_file.read_text()], capture_output=True, check=False)
    assert listed.returncode != 0
