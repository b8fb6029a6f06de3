"""Stages of the demo: which line begins which, what is left to do, and how long it takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from bookrec.cli.demo.build import LOG_NAME
from bookrec.cli.demo.stages import VERBS, Plan, Stage, Verb, has_lists, in_words
from bookrec.files import write_pointer
from bookrec.settings import Home
from bookrec.snapshot import building, publish
from small_snapshots import IDS, add, fill

TRAIN = Verb(
    ("train",),
    lambda _: False,
    (
        Stage("starting", 10),
        Stage("fold 1", 20, "tables"),
        Stage("fold 2", 20, "tables"),
        Stage("saving", 5, "offsets"),
    ),
)
LATER = Verb(("score",), lambda _: False, (Stage("scoring", 45),))


@pytest.mark.parametrize(
    ("line", "before", "after"),
    [
        ("    1.2 s  tables, fold 1 of 2", 0, 1),
        ("   11.2 s  tables, fold 2 of 2", 1, 2),
        ("   11.2 s  tables, a third time", 2, 2),
        ("  111.2 s  offsets for serving", 1, 3),
        ("  111.2 s  something else", 1, 1),
        ("tables without a time", 0, 0),
        ("", 0, 0),
    ],
)
def test_a_line_begins_the_next_stage_of_its_name(line: str, before: int, after: int) -> None:
    assert TRAIN.stage_of(line, before) == after


def test_the_time_left_follows_the_pace_of_the_finished_stages() -> None:
    plan = Plan((TRAIN, LATER))
    assert plan.seconds == 100
    # Nothing is finished: the expected durations, less what has passed.
    assert plan.seconds_left(1, 4, 4) == 96
    # 10 expected seconds took 30, so the machine is three times as slow.
    assert plan.seconds_left(2, 42, 12) == 3 * (20 + 5 + 45) + 3 * 20 - 12
    # A stage that takes longer than expected has no negative rest.
    assert plan.seconds_left(5, 55 + 500, 500) == 0
    shares = [plan.share(1, 5), plan.share(2, 0), plan.share(2, 99), plan.share(5, 45)]
    assert shares == pytest.approx([0.05, 0.1, 0.3, 1.0])


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "5 s"), (12, "10 s"), (87, "85 s"), (88, "1.5 min"), (130, "2 min"), (400, "6.5 min")],
)
def test_durations_are_rounded_as_people_do(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


def test_a_plan_begins_with_the_first_verb_that_is_not_done(tmp_path: Path) -> None:
    home = Home(tmp_path)

    def words() -> list[str]:
        return [" ".join(verb.words) for verb in Plan.for_home(home).verbs]

    everything = [" ".join(verb.words) for verb in VERBS]
    assert words() == everything
    assert VERBS[0].command(home) == ["data", "sample", str(tmp_path / "raw")]
    write_pointer(home.models, "default-1")
    assert words() == everything, "a model without its data set is made again"
    (tmp_path / "raw").mkdir()
    assert words() == everything[1:]
    write_pointer(home.datasets, "sample-1")
    assert words() == everything[2:]
    with building(home.snapshots, IDS[0]) as staging:
        fill(staging, IDS[0], "update meta set value = 'none' where key = 'model_id'")
    publish(home.snapshots, IDS[0])
    assert not has_lists(home)
    assert words() == everything[4:]
    add(home.snapshots, IDS[1])
    assert has_lists(home)
    assert words() == []


def test_every_stage_begins_in_a_real_demo(sample_home: Home) -> None:
    """Its verbs still print the lines that begin the stages."""
    log = (sample_home.root / LOG_NAME).read_text(encoding="utf-8")
    outputs = log.split("== bookrec --home ")[1:]
    assert len(outputs) == len(VERBS)
    for verb, output in zip(VERBS, outputs, strict=True):
        place, begun = 0, {0}
        for line in output.splitlines():
            place = verb.stage_of(line, place)
            begun.add(place)
        assert begun == set(range(len(verb.stages))), verb.words
