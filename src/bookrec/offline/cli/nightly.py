"""``bookrec nightly``."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

import click

from bookrec.errors import BookrecError
from bookrec.files import utc_now
from bookrec.offline.cli.model_options import preset_option
from bookrec.offline.cli.score import list_options
from bookrec.settings import Home

if TYPE_CHECKING:
    from bookrec.offline.training.train_settings import TrainSettings


@click.command()
@click.option("--train", is_flag=True, help="Train a new model first.")
@preset_option("Preset of the model, with --train.")
@click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, help="Seed, with --train."
)
@list_options
@click.option(
    "--keep",
    type=click.IntRange(1),
    default=3,
    show_default=True,
    help="Number of newest snapshots to keep.",
)
@click.option("--force", is_flag=True, help="Score and publish even when nothing is new.")
@click.pass_obj
def nightly(
    home: Home,
    train: bool,
    preset: str,
    seed: int,
    top: int,
    candidates: int | str,
    accept: bool,
    keep: int,
    force: bool,
) -> None:
    """Import the shop's new ratings, score, publish; one line per stage.

    After scoring, a table shows the figures of the new lists beside those published before.

    Exit code 0: published, or nothing new. 1: a stage failed, and the site still serves the previous
    snapshot. 3: the quality gate refused the new lists, for the reasons named, and the site still
    serves the previous snapshot; --accept publishes them.

    \b
    Example:
      bookrec nightly
      bookrec --home /srv/shop nightly --train >> /var/log/bookrec.log
    """
    from bookrec.offline.nightly import NightlySettings
    from bookrec.offline.nightly import nightly as run
    from bookrec.offline.scoring.job.score import ScoreSettings

    def progress(line: str) -> None:
        click.echo(f"{utc_now()} {line}")

    scoring = ScoreSettings(
        top=top, candidates=candidates if isinstance(candidates, int) else None, accept=accept
    )
    try:
        training = _train_settings(preset, seed) if train else None
        settings = NightlySettings(training, scoring, keep, force)
        run(home, settings, progress)
    except BookrecError:
        raise
    except Exception as error:  # the log of a scheduler gets a sentence for any failure
        reason = ": ".join([type(error).__name__, *str(error).splitlines()[:1]])
        raise BookrecError(
            f"The nightly job failed ({reason}); the site still serves what "
            f"it served before.{_keep_traceback(home)} Fix the cause and run 'bookrec nightly' "
            "again."
        ) from error


def _train_settings(preset: str, seed: int) -> TrainSettings:
    from bookrec.offline.runtime.tensorflow_start import start_tensorflow

    start_tensorflow()
    from bookrec.offline.training.train_settings import TrainSettings

    return TrainSettings(preset=preset, seed=seed)


def _keep_traceback(home: Home) -> str:
    """Write the traceback of the handled exception to a file; return a sentence that names it."""
    path = home.root / "var" / "nightly-failure.txt"
    try:
        path.write_text(traceback.format_exc(), encoding="utf-8")
    except OSError:  # a full disk may be the cause
        return ""
    return f" For a bug report: {path}."
