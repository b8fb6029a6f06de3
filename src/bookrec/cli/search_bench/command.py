"""``bookrec bench search``."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from bookrec import __version__
from bookrec.cli.search_bench.measure import Answer, answer_all, figures, latency
from bookrec.cli.search_bench.queries import make_queries, read_queries
from bookrec.cli.search_bench.vietnamese import VIETNAMESE_KINDS
from bookrec.errors import BookrecError
from bookrec.files import utc_now
from bookrec.settings import Home
from bookrec.snapshot import current_snapshot
from bookrec.web.store.snapshot_reader import Snapshot

_WARM_UP = 10


@click.command()
@click.option(
    "--queries",
    "queries_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Table with tabs: class, kind, query, title, author (default: queries made by dice).",
)
@click.option(
    "--number", type=click.IntRange(1), default=600, show_default=True, help="Queries to make."
)
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of the dice.")
@click.option(
    "--vietnamese",
    is_flag=True,
    help="Make queries as people type Vietnamese: without marks, as keystrokes of Telex and VNI.",
)
@click.option("--misses", is_flag=True, help="Also list the queries whose book is not first.")
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the figures to this file.",
)
@click.pass_obj
def search(
    home: Home,
    queries_file: Path | None,
    number: int,
    seed: int,
    vietnamese: bool,
    misses: bool,
    json_file: Path | None,
) -> None:
    """Measure how well and how fast the published catalogue's search finds the book meant.

    Queries are made from the catalogue: whole titles, some of their words, author and a word, and the
    same mistyped, run together, split, or without accents. Much read books are meant more often.
    MRR@10 is the mean of 1 / place of the first edition of the book meant, 0 below the tenth place.

    \b
    Example:
      bookrec bench search --number 1000 --json search.json
    """
    if json_file is not None and not json_file.absolute().parent.is_dir():
        raise click.BadParameter(f"{json_file.parent} is no directory.", param_hint="--json")
    snapshot = Snapshot(current_snapshot(home.snapshots))
    if queries_file is not None:
        queries = read_queries(queries_file)
    else:
        books = snapshot.slow_rows("select title, author, reader_count from book order by book_id")
        queries = make_queries(
            [(t, a, r) for t, a, r in books],
            number,
            seed,
            VIETNAMESE_KINDS if vietnamese else None,
        )
    if not queries:
        raise BookrecError(
            f"Nobody has read any book of {snapshot.snapshot_id}, so no query can be made; "
            "name a table of queries with --queries."
        )
    list(answer_all(snapshot, queries[:_WARM_UP]))
    answers = list(answer_all(snapshot, queries))
    rows = figures(answers)
    times = latency(answers)
    click.echo(f"{'class':<9} {'kind':<18} {'queries':>7} {'MRR@10':>7} {'in ten':>7}")
    for row in rows:
        click.echo(
            f"{row.kind_class:<9} {row.kind:<18} {row.queries:>7,} {row.mrr:>7.3f} {row.hits:>7.1%}"
        )
    click.echo(
        f"CPU time of a query: median {times['p50_ms']:.1f} ms, 95th percentile "
        f"{times['p95_ms']:.1f} ms, most {times['max_ms']:.1f} ms"
    )
    if misses:
        for answer in answers:
            if answer.rank != 1:
                click.echo(_miss(answer))
    if json_file is not None:
        document = {
            "about": {"created_at": utc_now(), "bookrec_version": __version__},
            "snapshot_id": snapshot.snapshot_id,
            "queries": str(queries_file)
            if queries_file
            else {"number": number, "seed": seed, "vietnamese": vietnamese},
            "figures": [asdict(row) for row in rows],
            "cpu": times,
        }
        json_file.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _miss(answer: Answer) -> str:
    place = "not in ten" if answer.rank is None else f"place {answer.rank}"
    query = answer.query
    return f"{place}: {query.query!r} for {query.title!r} by {query.author!r}"
