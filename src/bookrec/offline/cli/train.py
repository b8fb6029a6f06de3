"""``bookrec train``."""

from __future__ import annotations

import time

import click

from bookrec.offline.cli.preset_option import preset_option
from bookrec.settings import Home


@click.command()
@preset_option("Architecture of the ranker: 'default', or the notebook's 'classic'.")
@click.option("--epochs", type=click.IntRange(1, 100), help="Epochs of the ranker.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.pass_obj
def train(home: Home, preset: str, epochs: int | None, seed: int) -> None:
    """Train ranker and retrieval on the current data set.

    Prints validation figures beside popularity, and makes the new bundle the current model.

    \b
    Example:
      bookrec train
      bookrec train --preset classic --epochs 4 --seed 7
    """
    from bookrec.offline.runtime.tensorflow_start import start_tensorflow

    start_tensorflow()
    from bookrec.offline.training.train import train as run
    from bookrec.offline.training.train_settings import TrainSettings

    started = time.monotonic()

    def progress(line: str) -> None:
        click.echo(f"{time.monotonic() - started:7.1f} s  {line}")

    settings = TrainSettings(preset=preset, seed=seed)
    if epochs is not None:
        settings = settings.with_epochs(epochs)
    bundle = run(home, settings, progress)
    progress(f"model {bundle.model_id}")
    click.echo()
    click.echo(metrics_table(bundle.manifest["metrics"]))
    click.echo("\nNext: bookrec score")


def metrics_table(metrics: dict[str, dict[str, float]]) -> str:
    """Validation figures as an aligned table, one row per list maker."""
    columns = sorted({name for row in metrics.values() for name in row})
    width = max([len(name) for name in metrics] + [len("validation")])
    lines = ["  ".join([f"{'validation':{width}}"] + [f"{name:>15}" for name in columns])]
    for name, row in metrics.items():
        cells = [f"{row[column]:15.4f}" if column in row else " " * 15 for column in columns]
        lines.append("  ".join([f"{name:{width}}", *cells]))
    return "\n".join(lines)
