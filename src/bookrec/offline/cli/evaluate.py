"""``bookrec evaluate``."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from bookrec.errors import DataError
from bookrec.offline.cli.timed_progress import timed_progress
from bookrec.offline.evaluation.baselines.registry import BASELINES, GROUPS, chosen_names
from bookrec.settings import Home

if TYPE_CHECKING:
    from bookrec.offline.data.dataset import Dataset
    from bookrec.offline.evaluation.holdout.splits import Split
    from bookrec.offline.evaluation.measure.evaluation_settings import EvaluationSettings
    from bookrec.offline.evaluation.measure.results import Results


@click.command()
@click.option(
    "--against",
    default="all",
    show_default=True,
    metavar="NAMES",
    help=f"Baselines, comma-separated: {', '.join(BASELINES)}; "
    f"{', '.join(f'{group} for every {group}-*' for group in GROUPS)}; or all.",
)
@click.option(
    "--model",
    "models",
    default="default",
    show_default=True,
    metavar="NAMES",
    help="Models, comma-separated: default, classic, or ids of bundles whose settings are trained "
    "again; or none.",
)
@click.option(
    "--split",
    type=click.Choice(["hold-out", "leave-one-out", "k-fold", "temporal"]),
    default="hold-out",
    show_default=True,
    help="Interactions to hold out; see docs/evaluation.md.",
)
@click.option(
    "--folds",
    type=click.IntRange(2, 20),
    default=5,
    show_default=True,
    help="Number of folds for k-fold.",
)
@click.option(
    "--held-out",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="File of a published test part, used instead: lines of user_id, tab, isbn.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    help="Seed of splits and trainings.",
)
@click.option(
    "--readers",
    type=click.IntRange(10),
    metavar="N",
    help="Number of readers to measure (default: all).",
)
@click.option(
    "--tuning-time",
    type=click.FloatRange(0),
    default=300.0,
    show_default=True,
    metavar="SECONDS",
    help="Time per baseline after which no new tuning trial begins.",
)
@click.option(
    "--new-readers",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    metavar="N",
    help="Number of readers to hide from a second training and to fold in.",
)
@click.option(
    "--report",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write report.html and report.json there, and rewrite them after each result.",
)
@click.option(
    "--sessions",
    metavar="SOURCE",
    help="Replay visits instead: 'dataset' for the current data set, or the file of a log of the "
    "YOOCHOOSE or Diginetica form; see docs/sessions.md.",
)
@click.option("--quick", is_flag=True, help="Few readers and a short training, for a first look.")
@click.pass_obj
def evaluate(
    home: Home,
    against: str,
    models: str,
    split: str,
    folds: int,
    held_out: Path | None,
    seed: int,
    readers: int | None,
    tuning_time: float,
    new_readers: int,
    report: Path | None,
    sessions: str | None,
    quick: bool,
) -> None:
    """Measure models and baselines on held-out interactions of the current data set.

    Baselines are tuned on a validation part; models are trained again without the test part. The
    command checks that nothing was fitted to the test part. It publishes nothing and changes no model.

    \b
    Example:
      bookrec evaluate --quick
      bookrec evaluate --against popularity,item-knn,ease --report report
      bookrec evaluate --model none --split leave-one-out
      bookrec evaluate --sessions dataset --against all,gru4rec
    """
    if sessions is not None:
        _replay(home, sessions, against, seed, readers, tuning_time, report, quick)
        return
    from bookrec.offline.data.dataset import load_dataset
    from bookrec.offline.evaluation.holdout.splits import SplitKind
    from bookrec.offline.evaluation.measure.evaluation_settings import EvaluationSettings
    from bookrec.offline.evaluation.report.as_table import as_text

    try:
        baselines = tuple(chosen_names(against))
    except KeyError as error:
        raise click.BadParameter(str(error.args[0]), param_hint="--against") from error
    model_names = tuple(
        name.strip() for name in models.split(",") if name.strip() not in ("", "none")
    )
    if not baselines and not model_names:
        raise click.UsageError("There is nothing to evaluate: name a baseline or a model.")
    settings = EvaluationSettings(
        split=cast(SplitKind, split),
        folds=folds,
        seed=seed,
        baselines=baselines,
        models=model_names,
        readers=readers,
        tuning_budget_s=tuning_time,
        new_readers=new_readers,
    )
    if quick:
        settings = replace(settings.quickly(), readers=readers or settings.quickly().readers)
    if report is not None:
        _check_writable(report)
    dataset = load_dataset(home)
    results = _run(home, dataset, settings, held_out, report)
    from bookrec.offline.evaluation.report.as_json import as_plain

    plain = as_plain(results)
    click.echo()
    click.echo(as_text(plain))
    _say_written(report)


def _replay(
    home: Home,
    source: str,
    against: str,
    seed: int,
    visits: int | None,
    tuning_time: float,
    report: Path | None,
    quick: bool,
) -> None:
    """Measure lists that react to visits."""
    from bookrec.offline.evaluation.sessions.makers.registry import chosen_makers
    from bookrec.offline.evaluation.sessions.protocol import SessionSettings
    from bookrec.offline.evaluation.sessions.report import as_text
    from bookrec.offline.evaluation.sessions.run import run_sessions

    try:
        makers = tuple(chosen_makers(against))
    except KeyError as error:
        raise click.BadParameter(str(error.args[0]), param_hint="--against") from error
    settings = SessionSettings(makers, seed, visits=visits, tuning_budget_s=tuning_time)
    if quick:
        settings = settings.quickly()
    if report is not None:
        _check_writable(report)
    plain = run_sessions(home, source, settings, timed_progress(), report)
    click.echo(f"\n{as_text(plain)}")
    _say_written(report)


def _run(
    home: Home,
    dataset: Dataset,
    settings: EvaluationSettings,
    held_out: Path | None,
    report: Path | None,
) -> Results:
    if settings.models:
        from bookrec.offline.runtime.tensorflow_start import start_tensorflow

        start_tensorflow()
        _check_models(home, settings)
    from bookrec.offline.evaluation.protocol import evaluate as run

    splits = None if held_out is None else [_published_split(dataset, held_out, settings.seed)]
    keep = partial(_write, report) if report is not None else lambda _: None
    return run(home, dataset, settings, timed_progress(), splits, keep)


def _check_models(home: Home, settings: EvaluationSettings) -> None:
    """Fail on an unknown model before the baselines are tuned."""
    from bookrec.offline.evaluation.pipeline.model_choice import training_settings

    for name in settings.models:
        training_settings(home, name, settings.seed, quick=settings.quick)


def _published_split(dataset: Dataset, path: Path, seed: int) -> Split:
    """Make the split whose test part a file names."""
    import numpy as np

    from bookrec.isbn import normalise_isbn
    from bookrec.offline.data.interactions import all_interactions
    from bookrec.offline.evaluation.holdout.splits import named_rows, split_by

    pairs = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        user_id, tab, isbn = line.partition("\t")
        if not tab:
            raise DataError(f"{path}, line {number}: expected a user_id, a tab and an isbn.")
        pairs.append((user_id, normalise_isbn(isbn.partition("\t")[0])))
    rows = named_rows(dataset, pairs)
    rng = np.random.default_rng(seed)
    return split_by(all_interactions(dataset), path.name, rows, "hold-out", rng)


def _say_written(report: Path | None) -> None:
    if report is not None:
        click.echo(f"\nWrote {report / 'report.html'} and {report / 'report.json'}.")


def _check_writable(directory: Path) -> None:
    """Fail before the long work if a report cannot be written to a directory."""
    directory.mkdir(parents=True, exist_ok=True)
    probe = directory / ".writable"
    probe.touch()
    probe.unlink()


def _write(directory: Path, results: Results) -> None:
    from bookrec.files import write_atomically
    from bookrec.offline.evaluation.report.as_html import as_html
    from bookrec.offline.evaluation.report.as_json import as_json, as_plain

    write_atomically(directory / "report.json", as_json(results).encode())
    write_atomically(directory / "report.html", as_html(as_plain(results)).encode())
