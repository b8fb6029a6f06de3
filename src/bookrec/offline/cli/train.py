"""``bookrec train``."""

from __future__ import annotations

import click

from bookrec.offline.cli.model_options import list_weights_option, preset_option
from bookrec.offline.cli.timed_progress import timed_progress
from bookrec.settings import Home


@click.command()
@preset_option("Preset of the model: 'default', or 'classic' as in the notebook.")
@click.option(
    "--epochs", type=click.IntRange(1, 100), help="Epochs of the ranker (default: the preset's)."
)
@list_weights_option
@click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, help="Seed of the training."
)
@click.pass_obj
def train(home: Home, preset: str, epochs: int | None, weigh_lists: bool, seed: int) -> None:
    """Train ranker and retrieval on the current data set.

    Prints validation figures, popularity's among them, and makes the new bundle the current model.

    \b
    Example:
      bookrec train
      bookrec train --preset classic --epochs 4 --seed 7
    """
    from bookrec.offline.runtime.tensorflow_start import start_tensorflow

    start_tensorflow()
    from bookrec.offline.training.train import train as run
    from bookrec.offline.training.train_settings import TrainSettings

    progress = timed_progress()

    settings = TrainSettings(preset=preset, seed=seed, weigh_lists=weigh_lists)
    if epochs is not None:
        settings = settings.with_epochs(epochs)
    bundle = run(home, settings, progress)
    progress(f"model {bundle.model_id}")
    click.echo()
    click.echo(metrics_table(bundle.manifest["metrics"]))
    click.echo("\nNext: bookrec score")


def metrics_table(metrics: dict[str, dict[str, float]]) -> str:
    """Format validation figures as an aligned table, one row per recommender."""
    columns = sorted({name for row in metrics.values() for name in row})
    width = max([len(name) for name in metrics] + [len("validation")])
    lines = ["  ".join([f"{'validation':{width}}"] + [f"{name:>15}" for name in columns])]
    for name, row in metrics.items():
        cells = [f"{row[column]:15.4f}" if column in row else " " * 15 for column in columns]
        lines.append("  ".join([f"{name:{width}}", *cells]))
    return "\n".join(lines)
