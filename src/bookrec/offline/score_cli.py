"""``bookrec score``."""

from __future__ import annotations

import time

import click

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
    "--candidates", type=CandidateCount(), default=1000, show_default=True,
    help="Books that retrieval hands to the ranker for a reader, or 'all'.",
)  # fmt: skip
@click.option("--workers", type=click.IntRange(0), help="Processes (default: one per core).")
@click.pass_obj
def score(
    home: Home, model_id: str | None, top: int, candidates: int | str, workers: int | None
) -> None:
    """Score candidates for every reader and book, and publish the lists as a snapshot.

    \b
    Example:
      bookrec score
      bookrec score --top 50 --candidates all
    """
    from bookrec.offline.tensorflow_start import start_tensorflow

    start_tensorflow()
    from bookrec.offline.dataset import load_dataset
    from bookrec.offline.model_bundle import load_bundle
    from bookrec.offline.scoring import ScoreSettings
    from bookrec.offline.scoring import score as run

    started = time.monotonic()

    def say(line: str) -> None:
        click.echo(f"{time.monotonic() - started:7.1f} s  {line}")

    settings = ScoreSettings(
        top=top, candidates=candidates if isinstance(candidates, int) else None, workers=workers
    )
    run(home, load_bundle(home, model_id), load_dataset(home), settings, say)
    click.echo("\nNext: bookrec serve")
