"""``bookrec score``."""

from __future__ import annotations

import time

import click

from bookrec.offline.engines.engine import ENGINES
from bookrec.settings import Home


class CandidateCount(click.ParamType):
    """A number of candidates, or ``all``."""

    name = "N|all"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | str:
        if value == "all":
            return "all"
        try:
            number = int(str(value))
        except ValueError:
            number = 0
        if number < 1:
            self.fail(f"{value!r} is neither a number of books from 1 nor 'all'.", param, ctx)
        return number


@click.command()
@click.option("--model", "model_id", help="Model to score with (default: the current one).")
@click.option(
    "--top", type=click.IntRange(1, 1000), default=50, show_default=True, help="Length of lists."
)
@click.option(
    "--candidates",
    type=CandidateCount(),
    default=1500,
    show_default=True,
    help="Books that retrieval hands to the ranker for a reader, or 'all'.",
)
@click.option(
    "--changed",
    is_flag=True,
    help="Only readers and books touched since the published snapshot; the other lists stay.",
)
@click.option(
    "--engine",
    type=click.Choice(list(ENGINES)),
    default="processes",
    show_default=True,
    help="Who computes: processes of this machine, a Ray cluster, or TensorFlow (on a GPU).",
)
@click.option("--workers", type=click.IntRange(0), help="Processes (default: one per core).")
@click.pass_obj
def score(
    home: Home,
    model_id: str | None,
    top: int,
    candidates: int | str,
    changed: bool,
    engine: str,
    workers: int | None,
) -> None:
    """Score candidates for every reader and book, and publish the lists as a snapshot.

    A run that was stopped or killed is simply run again: it goes on from what is finished. The
    site serves the published snapshot until the new one is complete.

    \b
    Example:
      bookrec score
      bookrec score --top 50 --candidates all
      bookrec score --changed
    """
    from bookrec.offline.data.dataset import load_dataset
    from bookrec.offline.scoring.job.score import ScoreSettings
    from bookrec.offline.scoring.job.score import score as run

    started = time.monotonic()

    def progress(line: str) -> None:
        click.echo(f"{time.monotonic() - started:7.1f} s  {line}")

    settings = ScoreSettings(
        top=top,
        candidates=candidates if isinstance(candidates, int) else None,
        changed=changed,
        engine=engine,
        workers=workers,
    )
    run(home, model_id, load_dataset(home), settings, progress)
    click.echo("\nNext: bookrec serve")
