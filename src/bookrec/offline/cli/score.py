"""``bookrec score``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

from bookrec.offline.cli.timed_progress import timed_progress
from bookrec.offline.engines.engine import ENGINES
from bookrec.settings import Home

Command = TypeVar("Command", bound=Callable[..., object])


class CandidateCount(click.ParamType[int | str]):
    """A number of candidates per reader, or ``all``."""

    name = "N|all"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | str:
        """Convert the text of an option."""
        if value == "all":
            return "all"
        try:
            number = int(str(value))
        except ValueError:
            number = 0
        if number < 1:
            self.fail(f"{value!r} is neither a number of books from 1 nor 'all'.", param, ctx)
        return number


def list_options(command: Command) -> Command:
    """Add ``--top``, ``--candidates`` and ``--accept``, which ``nightly`` has too."""
    top = click.option(
        "--top", type=click.IntRange(1, 1000), default=50, show_default=True, help="Books per list."
    )
    candidates = click.option(
        "--candidates",
        type=CandidateCount(),
        default=1500,
        show_default=True,
        help="Candidates per reader that retrieval passes to the ranker, or 'all'.",
    )
    accept = click.option(
        "--accept",
        is_flag=True,
        help="Publish the lists even if the quality gate refuses them (one first book for most "
        "readers, few distinct books, not the readers' language, worse than popularity).",
    )
    return top(candidates(accept(command)))


@click.command()
@click.option("--model", "model_id", help="Model to score with (default: the current model).")
@list_options
@click.option(
    "--changed",
    is_flag=True,
    help="Score only readers and books changed since the published snapshot; keep other lists.",
)
@click.option(
    "--engine",
    type=click.Choice(list(ENGINES)),
    default="processes",
    show_default=True,
    help="Where scoring runs: processes of this machine, a Ray cluster, or TensorFlow (on a GPU).",
)
@click.option(
    "--workers", type=click.IntRange(0), help="Number of processes (default: one per core)."
)
@click.option(
    "--without-model",
    is_flag=True,
    help="Publish the catalogue and popular books alone, for a first site before 'bookrec train'.",
)
@click.option(
    "--verbose", is_flag=True, help="Compare the speed with what this machine can multiply."
)
@click.pass_obj
def score(
    home: Home,
    model_id: str | None,
    top: int,
    candidates: int | str,
    accept: bool,
    changed: bool,
    engine: str,
    workers: int | None,
    without_model: bool,
    verbose: bool,
) -> None:
    """Score candidates for every reader and book, and publish the lists as a snapshot.

    Run a stopped or killed command again: it continues with the shards that are missing. The site
    serves the published snapshot until the new one is complete. A table at the end shows the figures
    of the new lists beside those published before.

    Exit code 3: the quality gate refused the lists, for the reasons named, and nothing was published;
    --accept publishes them.

    \b
    Example:
      bookrec score
      bookrec score --top 50 --candidates all
      bookrec score --changed
      bookrec score --without-model
    """
    from bookrec.offline.data.dataset import load_dataset

    if without_model:
        if model_id is not None or changed:
            raise click.UsageError("--without-model goes with neither --model nor --changed.")
        from bookrec.offline.scoring.job.publish_catalogue import publish_catalogue

        publish_catalogue(home, load_dataset(home), timed_progress())
        click.echo("\nNext: bookrec serve, and bookrec train")
        return
    from bookrec.offline.scoring.job.score import ScoreSettings
    from bookrec.offline.scoring.job.score import score as run

    settings = ScoreSettings(
        top=top,
        candidates=candidates if isinstance(candidates, int) else None,
        changed=changed,
        engine=engine,
        workers=workers,
        verbose=verbose,
        accept=accept,
    )
    run(home, model_id, load_dataset(home), settings, timed_progress())
    click.echo("\nNext: bookrec serve")
