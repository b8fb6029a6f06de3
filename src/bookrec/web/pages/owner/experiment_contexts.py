"""Contexts of the owner's pages of experiments; see `bookrec.web.contexts`."""

from __future__ import annotations

import msgspec

from bookrec.web.owner.experiment_figures import ArmPlot, ArmRow, OutcomeGroup


class ExperimentRow(msgspec.Struct, frozen=True):
    """An experiment in one line."""

    name: str
    running: bool
    started_at: int
    stopped_at: int
    """0 = it runs."""
    interleaved: bool
    share: int
    days: int
    arms: list[str]


class SnapshotChoice(msgspec.Struct, frozen=True):
    """A snapshot that an arm may name."""

    snapshot_id: str
    made_at: int
    """Seconds since 1970; 0 = unknown."""


class ExperimentForm(msgspec.Struct, frozen=True):
    """Fields of a new experiment as they were typed."""

    name: str = ""
    kind: str = "compare"
    """``compare`` or ``interleave``."""
    a: str = "default"
    b: str = "diverse"
    c: str = ""
    """Third arm; '' = none."""
    arms: str = ""
    """Arms as on the command line; '' = those of the menus."""
    share: str = "50"
    days: str = "7"
    error: str = ""
    """'' or 'name', 'taken', 'running', 'arms', 'two', 'snapshot', 'share' or 'days'."""
    reason: str = ""
    """Sentence of the check, in English; '' where the error says it all."""


class ExperimentsPage(msgspec.Struct, frozen=True):
    """``/owner/experiments``"""

    experiments: list[ExperimentRow]
    running: str
    """Name of the running experiment; '' = none."""
    presets: list[str]
    snapshots: list[SnapshotChoice]
    form: ExperimentForm


class ExperimentPage(msgspec.Struct, frozen=True):
    """``/owner/experiments/{name}``"""

    experiment: ExperimentRow
    arms: list[ArmRow]
    counted: str
    """Readers of mixed lists whose days are over; '' where arms are compared."""
    under_way: str
    outcomes: list[OutcomeGroup]
    plots: list[ArmPlot]
    alarm: bool
    """Whether a guard rail has risen, or a snapshot is gone."""
