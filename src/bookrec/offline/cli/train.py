"""``bookrec train``."""

from __future__ import annotations

from typing import Final

import click

from bookrec.offline.cli.model_options import list_weights_option, preset_option
from bookrec.offline.cli.timed_progress import timed_progress
from bookrec.settings import Home

_THEMES: Final = {
    "liked": ("ndcg@20_liked", "recall@20_liked", "hit_rate@20_liked"),
    "all": ("ndcg@20", "recall@20", "hit_rate@20", "ndcg@20_propensity"),
    "taste": ("badly rated", "mean rating", "disliked of hits", "disliked of rated hits"),
    "crowd": ("commonest", "commonest first", "distinct books", "gini@20"),
    "discovery": (
        "new authors",
        "new authors of hits",
        "new authors, 50+ books",
        "new authors of hits, 50+ books",
    ),
}
"""Theme → figures of its table; see `bookrec.offline.metrics.shelf_figures`."""


@click.command()
@preset_option("Preset of the model: 'default', or 'classic' as in the notebook.")
@click.option(
    "--epochs", type=click.IntRange(1, 100), help="Epochs of the ranker (default: the preset's)."
)
@list_weights_option
@click.option(
    "--quick",
    is_flag=True,
    help="A shortened training for a first look: fewer steps, one pair of towers, one round.",
)
@click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, help="Seed of the training."
)
@click.pass_obj
def train(
    home: Home, preset: str, epochs: int | None, weigh_lists: bool, quick: bool, seed: int
) -> None:
    """Train ranker and retrieval on the current data set.

    Prints validation figures, popularity's among them, and makes the new bundle the current model.

    \b
    Example:
      bookrec train
      bookrec train --quick
      bookrec train --preset classic --epochs 4 --seed 7
    """
    from bookrec.offline.runtime.tensorflow_start import start_tensorflow

    start_tensorflow()
    from bookrec.offline.training.train import train as run
    from bookrec.offline.training.train_settings import TrainSettings

    progress = timed_progress()

    settings = TrainSettings(preset=preset, seed=seed, weigh_lists=weigh_lists)
    if quick:
        settings = settings.quickly()
    if epochs is not None:
        settings = settings.with_epochs(epochs)
    bundle = run(home, settings, progress)
    progress(f"model {bundle.model_id}")
    click.echo()
    click.echo(metrics_table(bundle.manifest["metrics"]))
    click.echo("\nNext: bookrec score")


def metrics_table(metrics: dict[str, dict[str, float]]) -> str:
    """Format validation figures as aligned tables, one row per recommender, one table per theme."""
    known = list(dict.fromkeys(name for row in metrics.values() for name in row))
    themed = {theme: [name for name in names if name in known] for theme, names in _THEMES.items()}
    in_a_theme = {name for names in themed.values() for name in names}
    themed["other figures"] = [name for name in known if name not in in_a_theme]
    tables = [_table(theme, names, metrics) for theme, names in themed.items() if names]
    return "\n\n".join(tables)


def _table(theme: str, columns: list[str], metrics: dict[str, dict[str, float]]) -> str:
    """One table; recommenders without any of its figures are left out."""
    rows = {name: row for name, row in metrics.items() if any(key in row for key in columns)}
    title = f"validation, {theme}"
    width = max(len(name) for name in [*rows, title])
    widths = {column: max(len(column), 8) for column in columns}
    lines = ["  ".join([f"{title:{width}}", *(f"{name:>{size}}" for name, size in widths.items())])]
    for name, row in rows.items():
        cells = [
            f"{_cell(row[column]) if column in row else '':>{size}}"
            for column, size in widths.items()
        ]
        lines.append("  ".join([f"{name:{width}}", *cells]))
    return "\n".join(lines)


def _cell(value: float) -> str:
    is_count = abs(value) >= 10 and value == round(value)
    return f"{value:,.0f}" if is_count else f"{value:.4f}"
