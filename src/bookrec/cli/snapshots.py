"""``bookrec snapshots``: list, show, verify, roll back and prune snapshots."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import click

from bookrec.errors import SnapshotError
from bookrec.files import read_pointer, versions
from bookrec.offline.scoring.shelf.compare_shelves import published_shelf, shelf_of
from bookrec.offline.scoring.shelf.shelf import META_KEY, table_lines
from bookrec.offline.scoring.shelf.snapshot_works import DoubledWorks, doubled_works
from bookrec.settings import Home
from bookrec.shop.experiments.arm_snapshots import snapshots_in_use
from bookrec.snapshot import (
    DATABASE_NAME,
    NO_MODEL,
    RANKER_NAME,
    check_structure,
    current_snapshot,
    list_snapshots,
    open_database,
    prune,
    publish,
    read_meta,
    restore,
    withdraw,
    withdrawn,
)

TABLES = ("book", "reader", "interaction", "user_top", "similar_top", "popular_top")


@click.group()
def snapshots() -> None:
    """List, show, verify, roll back and prune published snapshots.

    \b
    Example:
      bookrec snapshots list
      bookrec snapshots rollback
    """


@snapshots.command("list")
@click.pass_obj
def list_command(home: Home) -> None:
    """List all snapshots, oldest first; * marks the published one, - one that was rolled back.

    \b
    Example:
      bookrec snapshots list
    """
    infos = list_snapshots(home.snapshots)
    if not infos:
        click.echo(f"No snapshots in {home.snapshots}; run 'bookrec score' to make one.")
    out = {row.snapshot_id for row in withdrawn(home.snapshots)}
    for info in infos:
        mark = "*" if info.current else "-" if info.snapshot_id in out else " "
        summary = info.meta.get("error") or (
            f"{info.meta['preset']:8} {int(info.meta['readers']):>9,} readers "
            f"{int(info.meta['books']):>9,} books  {info.meta['model_id']}"
        )
        click.echo(f"{mark} {info.snapshot_id}  {info.size_bytes / 2**20:8.1f} MiB  {summary}")


@snapshots.command()
@click.argument("snapshot_id", required=False)
@click.pass_obj
def show(home: Home, snapshot_id: str | None) -> None:
    """Show the metadata, row counts and size of a snapshot (default: the published one).

    A table has the figures of its lists, beside those of the published snapshot.

    \b
    Example:
      bookrec snapshots show
    """
    directory = _directory(home, snapshot_id)
    with contextlib.closing(open_database(directory)) as connection:
        meta = read_meta(connection)
        metrics = json.loads(meta.pop("metrics", "{}"))
        meta.pop(META_KEY, None)
        for key, value in sorted(meta.items()):
            click.echo(f"{key:20} {value}")
        for table in TABLES:
            count = connection.execute(f"select count(*) from {table}").fetchone()[0]  # noqa: S608
            click.echo(f"rows in {table:12} {count:,}")
    size = (directory / DATABASE_NAME).stat().st_size
    live = sum(p.stat().st_size for p in (directory / RANKER_NAME).glob("*"))
    click.echo(f"{DATABASE_NAME:20} {size / 2**20:.1f} MiB")
    click.echo(f"{RANKER_NAME + '/':20} {live / 2**20:.1f} MiB")
    for name, row in metrics.items():
        values = "  ".join(f"{key} {value:.4f}" for key, value in row.items())
        click.echo(f"validation {name:20} {values}")
    for line in _shelf_lines(home, directory):
        click.echo(line)


@snapshots.command()
@click.argument("snapshot_id", required=False)
@click.option(
    "--pairs",
    type=click.IntRange(0),
    default=2000,
    show_default=True,
    help="Number of published scores to compare with Keras; 0 = check the tables only.",
)
@click.pass_obj
def verify(home: Home, snapshot_id: str | None, pairs: int) -> None:
    """Check the tables of a snapshot, and compare a sample of its scores with the Keras model.

    A broken table, or a score that differs, is an error. Lists that repeat a book under another
    title are warnings: missed editions, or volumes that share a heading (docs/works.md).

    \b
    Example:
      bookrec snapshots verify --pairs 10000
    """
    directory = _directory(home, snapshot_id)
    check_structure(directory)
    click.echo(f"{directory.name}: the tables pass all checks.")
    with contextlib.closing(open_database(directory)) as connection:
        meta = read_meta(connection)
        if meta["model_id"] == NO_MODEL:
            click.echo("It has no lists to compare: catalogue and popular books alone.")
            return
        _print_doubled_works(doubled_works(connection))
    if not pairs:
        return
    from bookrec.offline.runtime.tensorflow_start import start_tensorflow

    start_tensorflow()
    from bookrec.offline.data.dataset import load_dataset
    from bookrec.offline.models.bundle.bundle_files import load_bundle
    from bookrec.offline.scoring.job.verify import check_published

    bundle = load_bundle(home, meta["model_id"])
    dataset = load_dataset(home, meta["dataset_id"])
    parity = check_published(directory, bundle, dataset, pairs)
    click.echo(
        f"{parity.pairs:,} published scores compared with Keras: probabilities differ by at most "
        f"{parity.probability_error:.1e}, logits by {parity.logit_error:.1e} x (1 + |logit|); "
        f"{parity.saturated:.2%} saturated."
    )
    if not parity.holds:
        raise SnapshotError(
            f"{directory.name} differs from its model by more than 1e-5 (logits: "
            f"{parity.logit_tolerance:.0e}); "
            "run 'bookrec snapshots rollback', then 'bookrec score'."
        )


@snapshots.command()
@click.argument("snapshot_id", required=False)
@click.pass_obj
def rollback(home: Home, snapshot_id: str | None) -> None:
    """Publish an earlier snapshot again (default: the one before the published one).

    The snapshot that was published until now is withdrawn, so that the next 'bookrec nightly' does not
    bring it back: it publishes nothing from the same data and model, and where the earlier snapshot
    has another model, it goes on with that one. To publish a withdrawn snapshot again, name it here.

    \b
    Example:
      bookrec snapshots rollback
    """
    replaced = read_pointer(home.snapshots)
    target = snapshot_id or _previous(home)
    publish(home.snapshots, target)
    restore(home.snapshots, target)
    if replaced is not None and target < replaced:
        withdraw(home.snapshots, replaced)
        click.echo(f"Withdrew {replaced}: the nightly job does not publish its lists again.")
    click.echo(f"Published {target}; a running site follows within a second.")


@snapshots.command("prune")
@click.option(
    "--keep",
    type=click.IntRange(1),
    default=3,
    show_default=True,
    help="Number of newest snapshots to keep.",
)
@click.pass_obj
def prune_command(home: Home, keep: int) -> None:
    """Remove all but the newest snapshots; the published one and those of an experiment stay.

    \b
    Example:
      bookrec snapshots prune --keep 3
    """
    removed = prune(home.snapshots, keep, snapshots_in_use(home.shop_database))
    for name in removed:
        click.echo(f"Removed {name}.")
    click.echo(f"{len(versions(home.snapshots))} snapshots left.")


def _print_doubled_works(doubled: DoubledWorks) -> None:
    """Print the lists that repeat a work by heading, each kind with examples."""
    if not doubled.total:
        click.echo("No list repeats a work by heading.")
        return
    kinds = (
        ("readers are offered a book they have", doubled.readers_offered_own, doubled.offered_own),
        ("readers see one book twice", doubled.readers_offered_twice, doubled.offered_twice),
        (
            "books are among their own similar books",
            doubled.books_beside_themselves,
            doubled.beside_themselves,
        ),
    )
    for kind, count, examples in kinds:
        click.echo(f"Warning: {count:,} {kind}, by heading.")
        for example in examples:
            click.echo(
                f"    {example.n_lists:>7,} x  {example.isbn} {example.title!r}, "
                f"{example.other_isbn} {example.other_title!r}"
            )
    click.echo("If two books are one work, name them in works.csv and run 'bookrec data import'.")


def _directory(home: Home, snapshot_id: str | None) -> Path:
    if snapshot_id is None:
        return current_snapshot(home.snapshots)
    if snapshot_id not in versions(home.snapshots):
        known = ", ".join(versions(home.snapshots)) or "none"
        raise SnapshotError(
            f"There is no snapshot {snapshot_id!r} in {home.snapshots} (known: {known})."
        )
    return home.snapshots / snapshot_id


def _shelf_lines(home: Home, directory: Path) -> Iterator[str]:
    """Yield the table of a snapshot's figures, beside the published ones where it is another."""
    try:
        shelf = shelf_of(directory)
    except ModuleNotFoundError as error:
        yield f"shelf: to measure an older snapshot, install bookrec[offline] ({error.name} is missing)"
        return
    if directory.name == read_pointer(home.snapshots):
        yield from table_lines({"published": shelf})
    else:
        yield from table_lines({"this": shelf, "published": published_shelf(home.snapshots)})


def _previous(home: Home) -> str:
    current = read_pointer(home.snapshots)
    out = {row.snapshot_id for row in withdrawn(home.snapshots)}
    earlier = [
        name
        for name in versions(home.snapshots)
        if name not in out and (current is None or name < current)
    ]
    if not earlier:
        raise SnapshotError(
            f"There is no snapshot before {current or 'none'} in {home.snapshots}; "
            "run 'bookrec snapshots list'."
        )
    return earlier[-1]
