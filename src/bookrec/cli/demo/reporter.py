"""Progress of the demo: a bar on a terminal, lines elsewhere."""

from __future__ import annotations

import sys
import time
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

import click

from bookrec.cli.demo.stages import Plan, in_words

STILL_EVERY_S = 30.0
"""Seconds without a line after which a run without a terminal says what it is doing."""


class Reporter(Protocol):
    """Shows which stage of a plan runs."""

    tick_s: float
    """Seconds between two calls of `still`."""

    def begin(self, number: int) -> None:
        """Report that a stage begins, numbered from 1."""

    def still(self) -> None:
        """Report that the stage goes on."""

    def aside(self) -> AbstractContextManager[object]:
        """Let others print in a block."""

    def close(self) -> None:
        """End the report."""


class Lines:
    """A line for each stage, and one more every `STILL_EVERY_S` seconds of a long one."""

    def __init__(self, plan: Plan, still_every_s: float = STILL_EVERY_S) -> None:
        self.plan, self.tick_s = plan, still_every_s
        self.number = 0
        self.started = self.stage_started = time.monotonic()

    def begin(self, number: int) -> None:
        """See `Reporter`."""
        now = time.monotonic()
        if not self.number:
            self.started = now
        self.number, self.stage_started = number, now
        self._write("")

    def still(self) -> None:
        """See `Reporter`."""
        if self.number:
            self._write("still ")

    def aside(self) -> AbstractContextManager[object]:
        """See `Reporter`."""
        return nullcontext()

    def close(self) -> None:
        """See `Reporter`."""

    @property
    def left(self) -> float:
        """Estimated seconds that are left."""
        now = time.monotonic()
        return self.plan.seconds_left(self.number, now - self.started, now - self.stage_started)

    def _write(self, still: str) -> None:
        stages = self.plan.stages
        click.echo(
            f"{time.monotonic() - self.started:5.0f} s  stage {self.number:2} of {len(stages)}, about "
            f"{in_words(self.left)} left: {still}{stages[self.number - 1].title}"
        )


class Bar(Lines):
    """The lines of `Lines`, with a bar below them that moves with the expected durations."""

    def __init__(self, plan: Plan) -> None:
        # A library of the batch side, which builds the demo.
        from tqdm import tqdm

        super().__init__(plan, 0.5)
        self.bar = tqdm(
            total=1.0,
            bar_format="{desc} |{bar}| {percentage:3.0f}%{postfix}",
            leave=False,
            dynamic_ncols=True,
        )

    def still(self) -> None:
        """See `Reporter`."""
        if not self.number:
            return
        in_stage = time.monotonic() - self.stage_started
        self.bar.n = self.plan.share(self.number, in_stage)
        self.bar.set_description_str(f"stage {self.number} of {len(self.plan.stages)}", False)
        self.bar.set_postfix_str(f"about {in_words(self.left)} left")

    def aside(self) -> AbstractContextManager[object]:
        """See `Reporter`."""
        lines_over_the_bar: AbstractContextManager[object] = self.bar.external_write_mode()
        return lines_over_the_bar

    def close(self) -> None:
        """See `Reporter`."""
        self.bar.close()

    def _write(self, still: str) -> None:
        with self.aside():
            super()._write(still)


def make_reporter(plan: Plan) -> Reporter:
    """Make a bar if the errors go to a terminal, else lines."""
    return Bar(plan) if sys.stderr.isatty() else Lines(plan)
