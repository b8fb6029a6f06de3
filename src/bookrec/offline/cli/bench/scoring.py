"""``bookrec bench scoring``."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

import click

from bookrec import __version__
from bookrec.errors import BookrecError
from bookrec.files import utc_now
from bookrec.json_types import JsonObject
from bookrec.offline.cli.timed_progress import timed_progress
from bookrec.settings import Home

_CANDIDATES: Final = 1500
_TOP: Final = 50


@click.command()
@click.option("--readers", type=click.IntRange(1), help="Readers in the model (default: 100,000).")
@click.option(
    "--books", type=click.IntRange(100), help="Books in its catalogue (default: 150,000)."
)
@click.option("--repeats", type=click.IntRange(1), help="Repetitions of each method (default: 5).")
@click.option(
    "--sample",
    type=click.IntRange(1),
    default=2048,
    show_default=True,
    help="Readers of the published snapshot to score for.",
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the figures to this file.",
)
@click.option("--quick", is_flag=True, help="A tiny model, to check that the benchmark runs.")
@click.pass_obj
def scoring(
    home: Home,
    readers: int | None,
    books: int | None,
    repeats: int | None,
    sample: int,
    json_file: Path | None,
    quick: bool,
) -> None:
    """Compare scoring by Keras, scoring by the compiled ranker, and the limit of this machine.

    Builds a Wide & Deep model of the usual size with random weights and scores pairs of readers and
    books by each method in turn; medians count. The methods are model.predict and tf.function
    (including the assembly of their inputs), the compiled ranker in one process, and the compiled
    ranker as in 'score': a process per core, the whole catalogue ranked, the 50 best kept. The limit
    is the machine's rate of float32 matrix products. The command checks that all methods agree. If a
    snapshot is published, it measures that model too.

    \b
    Example:
      bookrec bench scoring --repeats 3 --json speed.json
    """
    if json_file is not None and not json_file.absolute().parent.is_dir():
        raise click.BadParameter(f"{json_file.parent} is no directory.", param_hint="--json")
    from bookrec.offline.runtime.tensorflow_start import start_tensorflow

    start_tensorflow()
    from bookrec.offline.benchmarks.bench_published import has_snapshot, time_bundle
    from bookrec.offline.benchmarks.bench_scoring import (
        PREDICT,
        QUICK,
        BenchSettings,
        compare_scoring,
    )

    sizes: JsonObject = {"readers": readers, "books": books, "repeats": repeats}
    settings = replace(
        QUICK if quick else BenchSettings(top=_TOP),
        **{name: value for name, value in sizes.items() if value is not None},
    )
    comparison, machine, parity = compare_scoring(settings, timed_progress())
    base = comparison.best(PREDICT)
    click.echo(
        f"\n{comparison.multiply_adds:,} multiply-adds a pair; {machine.flops / 1e9:,.0f} GFLOP/s "
        f"({machine.kernel}, {machine.threads} threads); ratios to {base}\n"
    )
    for line in comparison.lines(base):
        click.echo(line)
    click.echo(
        f"\nparity: {parity.pairs:,} pairs differ by at most {parity.largest:.1e} from Keras "
        f"(probabilities {parity.lowest:.3f} to {parity.highest:.3f}), "
        f"{parity.lists} lists by at most {parity.largest_in_lists:.1e}"
    )
    figures: JsonObject = {
        "about": {
            "created_at": utc_now(),
            "versions": {"bookrec": __version__, "python": platform.python_version()},
        },
        "settings": asdict(settings),
        "sgemm": asdict(machine),
        "multiply_adds": comparison.multiply_adds,
        "base": base,
        "ways": list(comparison.rows(base)),
        "parity": asdict(parity),
        "bundle": [],
    }
    if has_snapshot(home):
        click.echo(f"\npublished snapshot of {home.root}:")
        try:
            for timing in time_bundle(home, sample, _CANDIDATES, _TOP):
                click.echo(timing.line(machine.flops))
                figures["bundle"].append(timing.row(machine.flops))
        except BookrecError as error:
            # The figures above are still worth printing and writing.
            click.echo(f"not measured: {error}")
    if json_file is not None:
        json_file.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
