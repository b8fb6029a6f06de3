"""``bookrec bench audiences``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from bookrec.settings import Home

_HEADER = "| readers | rule | share interested | × average | worst quarter | × average |"


def _sizes(_: click.Context, __: click.Parameter, value: str) -> tuple[int, ...]:
    parts = value.replace(",", " ").split()
    if not parts or not all(part.isascii() and part.isdecimal() for part in parts):
        raise click.BadParameter("expected numbers of readers such as 5,20,100")
    sizes = tuple(dict.fromkeys(int(part) for part in parts))
    if min(sizes) < 1:
        raise click.BadParameter("an audience has at least one reader")
    return sizes


@click.command()
@click.option(
    "--sizes",
    callback=_sizes,
    default="5,20,100,300",
    show_default=True,
    metavar="NUMBERS",
    help="Readers of an audience.",
)
@click.option(
    "--scorer",
    default="ease",
    show_default=True,
    help="Baseline whose scores become the readers' interests.",
)
@click.option("--readers", type=click.IntRange(4), default=2000, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the figures to this file.",
)
@click.pass_obj
def audiences(
    home: Home,
    sizes: tuple[int, ...],
    scorer: str,
    readers: int,
    seed: int,
    json_file: Path | None,
) -> None:
    """Compare rules that choose the next book for a live audience.

    Groups of held-out readers of the current data set are shown 20 books, one after the other; a
    member reacts to a book that they liked in the held-out part. One half of the readers tunes the
    rules, groups of the other half are measured. "Share interested" is the share of the members who
    like a shown book; "worst quarter" is how many of the 20 books a member of the worst-served
    quarter likes.

    \b
    Example:
      bookrec bench audiences
      bookrec bench audiences --sizes 5,20 --scorer rp3beta
    """
    from bookrec.offline.data.dataset import load_dataset
    from bookrec.offline.evaluation.audiences.benchmark import (
        AudienceSettings,
        as_rows,
        bench_audiences,
    )
    from bookrec.offline.evaluation.baselines.registry import BASELINES

    if scorer not in BASELINES:
        raise click.BadParameter(f"one of {', '.join(BASELINES)}", param_hint="--scorer")
    settings = AudienceSettings(sizes=sizes, scorer=scorer, readers=readers, seed=seed)
    rows = as_rows(list(bench_audiences(load_dataset(home), settings)))
    click.echo(_HEADER)
    click.echo("|---:|---|---:|---:|---:|---:|")
    for row in rows:
        share, worst = (
            "–" if row[name] is None else f"{row[name]:.2f}"
            for name in ("share_of_average", "worst_of_average")
        )
        click.echo(
            f"| {row['size']} | {row['rule']} | {row['share']:.4f} | {share} "
            f"| {row['worst_quarter']:.3f} | {worst} |"
        )
    if json_file is not None:
        json_file.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
