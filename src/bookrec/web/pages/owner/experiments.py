"""The owner's pages of experiments: all of them, a new one, one with its figures, and its end."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from typing import Final

from litestar import get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec.structs import replace

from bookrec.errors import ShopError
from bookrec.shop.experiments.arm_snapshots import check_arms
from bookrec.shop.experiments.arms import PRESETS, Arm, parse_arms
from bookrec.shop.experiments.counts import Readers, count_readers
from bookrec.shop.experiments.experiments import (
    Experiment,
    all_experiments,
    create_experiment,
    find_experiment,
    is_name,
    running_experiment,
    stop_experiment,
)
from bookrec.shop.experiments.outcomes import ArmOutcome, read_outcomes
from bookrec.snapshot import NO_MODEL, SnapshotInfo, list_snapshots
from bookrec.web.kit.formats import format_number
from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.owner.experiment_figures import arm_plots, arm_rows, outcome_groups
from bookrec.web.pages.account import text
from bookrec.web.pages.owner.experiment_contexts import (
    ExperimentForm,
    ExperimentPage,
    ExperimentRow,
    ExperimentsPage,
    SnapshotChoice,
)
from bookrec.web.pages.owner.today import seconds_of
from bookrec.web.request.page_request import PageRequest

PATH: Final = "/owner/experiments"
_MOST_SHARE: Final = 100
_MOST_DAYS: Final = 90


class _Refused(Exception):
    """An experiment that cannot be; the kind is one of `ExperimentForm.error`."""

    def __init__(self, kind: str, reason: str = "") -> None:
        super().__init__(kind)
        self.kind = kind
        self.reason = reason


@get(PATH, opt={"operator": True})
async def experiments_page(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """List all experiments, and show the form of a new one."""
    return await _list(page_request, ExperimentForm())


@post(PATH, opt={"operator": True})
async def create(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Start an experiment, or say why it cannot be."""
    form = _form(await page_request.request.form())
    site = page_request.site
    try:
        share, days = (
            _number(form.share, "share", _MOST_SHARE),
            _number(form.days, "days", _MOST_DAYS),
        )
        arms = _arms(form, page_request.front.settings.currency)
        await _check_snapshots(page_request, arms)
        interleaved = form.kind == "interleave"

        def store(connection: sqlite3.Connection) -> None:
            _check_name(connection, form.name)
            create_experiment(connection, form.name, arms, share, days, interleaved=interleaved)

        await site.database.work(store)
    except _Refused as refused:
        return await _list(page_request, replace(form, error=refused.kind, reason=refused.reason))
    return page_request.redirect(f"{PATH}/{form.name}", "experiment_started")


@get(PATH + "/{name:str}", opt={"operator": True})
async def experiment_page(
    page_request: NamedDependency[PageRequest], name: FromPath[str]
) -> AnyResponse:
    """Compare the arms of an experiment; it may be looked at every day."""
    site, language = page_request.site, page_request.language
    now = int(time.time())

    def read(
        connection: sqlite3.Connection,
    ) -> tuple[Experiment, dict[str, Readers], list[ArmOutcome]] | None:
        experiment = find_experiment(connection, name)
        if experiment is None:
            return None
        readers = count_readers(connection, experiment, now)
        return experiment, readers, read_outcomes(connection, experiment, now)

    figures = await site.database.read(read)
    if figures is None:
        raise NotFoundException
    experiment, readers, outcomes = figures
    published = page_request.snapshot.snapshot_id
    arms = await asyncio.to_thread(
        arm_rows, experiment, readers, site.snapshots, published, language
    )
    mixed = next(iter(readers.values())) if experiment.interleaved else None
    page = ExperimentPage(
        experiment=_row(experiment),
        arms=arms,
        counted=format_number(mixed.counted, language) if mixed else "",
        under_way=format_number(mixed.under_way, language) if mixed else "",
        outcomes=outcome_groups(outcomes, language),
        plots=arm_plots(experiment, outcomes, language),
        alarm=any(row.alarm for row in outcomes) or any(arm.missing for arm in arms),
    )
    return page_request.page("owner/experiment.html", page)


@post(PATH + "/{name:str}/stop", opt={"operator": True})
async def stop(page_request: NamedDependency[PageRequest], name: FromPath[str]) -> AnyResponse:
    """Stop an experiment; one that has stopped already stays so."""

    def end(connection: sqlite3.Connection) -> bool:
        experiment = find_experiment(connection, name)
        if experiment is not None and experiment.stopped_at is None:
            stop_experiment(connection, name)
        return experiment is not None

    if not await page_request.site.database.work(end):
        raise NotFoundException
    return page_request.redirect(f"{PATH}/{name}", "experiment_stopped")


def _form(form: FormMultiDict) -> ExperimentForm:
    fields = {key: text(form, key).strip() for key in ExperimentForm.__struct_fields__[:-2]}
    kind = "interleave" if fields["kind"] == "interleave" else "compare"
    return ExperimentForm(**{**fields, "kind": kind})


def _number(value: str, field: str, most: int) -> int:
    if not (value.isascii() and value.isdecimal() and 1 <= int(value[:4]) <= most):
        raise _Refused(field)
    return int(value)


def _arms(form: ExperimentForm, currency: str) -> dict[str, Arm]:
    """Return the arms of the text, or of the menus."""
    menus = {"a": form.a, "b": form.b, "c": form.c}
    typed = form.arms or ",".join(f"{name}={arm}" for name, arm in menus.items() if arm)
    try:
        arms = parse_arms(typed, currency)
    except ShopError as error:
        raise _Refused("arms", str(error)) from error
    if form.kind == "interleave" and len(arms) != 2:
        raise _Refused("two")
    return arms


async def _check_snapshots(page_request: PageRequest, arms: dict[str, Arm]) -> None:
    try:
        await asyncio.to_thread(check_arms, page_request.site.snapshots, arms)
    except ShopError as error:
        raise _Refused("snapshot", str(error)) from error


def _check_name(connection: sqlite3.Connection, name: str) -> None:
    if not is_name(name):
        raise _Refused("name")
    if running_experiment(connection):
        raise _Refused("running")
    if find_experiment(connection, name):
        raise _Refused("taken")


async def _list(page_request: PageRequest, form: ExperimentForm) -> AnyResponse:
    site = page_request.site
    stored = await site.database.read(all_experiments)
    infos = await asyncio.to_thread(list_snapshots, site.snapshots)
    running = [experiment.name for experiment in stored if experiment.stopped_at is None]
    page = ExperimentsPage(
        experiments=[_row(experiment) for experiment in stored],
        running=running[0] if running else "",
        presets=list(PRESETS),
        snapshots=[_choice(info) for info in reversed(infos) if _has_lists(info)],
        form=form,
    )
    status = 400 if form.error else 200
    return page_request.page("owner/experiments.html", page, status=status, path=PATH)


def _has_lists(info: SnapshotInfo) -> bool:
    return "error" not in info.meta and info.meta.get("model_id") != NO_MODEL


def _choice(info: SnapshotInfo) -> SnapshotChoice:
    return SnapshotChoice(info.snapshot_id, seconds_of(info.meta.get("created_at", "")))


def _row(experiment: Experiment) -> ExperimentRow:
    return ExperimentRow(
        name=experiment.name,
        running=experiment.stopped_at is None,
        started_at=experiment.started_at,
        stopped_at=experiment.stopped_at or 0,
        interleaved=experiment.interleaved,
        share=experiment.share,
        days=experiment.days,
        arms=list(experiment.arms),
    )


HANDLERS: Final[list[ControllerRouterHandler]] = [
    experiments_page,
    create,
    experiment_page,
    stop,
]
