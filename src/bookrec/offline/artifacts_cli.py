"""``bookrec artifacts``: model bundles."""

from __future__ import annotations

import click

from bookrec.errors import ModelError
from bookrec.files import read_pointer, versions
from bookrec.offline.artifacts_export_cli import export_command
from bookrec.offline.artifacts_import_cli import import_command
from bookrec.settings import Home


@click.group()
def artifacts() -> None:
    """List, check, import and export model bundles.

    \b
    Example:
      bookrec artifacts list
      bookrec artifacts import notebook/
      bookrec artifacts check
      bookrec artifacts export --format savedmodel
    """


artifacts.add_command(export_command)
artifacts.add_command(import_command)


@artifacts.command("list")
@click.pass_obj
def list_command(home: Home) -> None:
    """All bundles, by name; the current one is marked with a star.

    \b
    Example:
      bookrec artifacts list
    """
    from bookrec.offline.tensorflow_start import start_tensorflow

    start_tensorflow()
    from bookrec.offline.model_bundle import read_manifest

    current = read_pointer(home.models)
    names = versions(home.models)
    if not names:
        click.echo(f"No models in {home.models}; run 'bookrec train' to make one.")
    for name in names:
        mark = "*" if name == current else " "
        try:
            manifest = read_manifest(home, name)
        except ModelError as error:
            click.echo(f"{mark} {name}  {error}")
            continue
        pipeline = manifest["metrics"].get("pipeline", {})
        quality = f"ndcg@20 {pipeline['ndcg@20']:.4f}" if "ndcg@20" in pipeline else ""
        click.echo(f"{mark} {name}  {manifest['dataset_id']}  seed {manifest['seed']}  {quality}")


@artifacts.command()
@click.argument("model_id", required=False)
@click.pass_obj
def check(home: Home, model_id: str | None) -> None:
    """Check a bundle (default: the current one): its files, and what it knows of the data set.

    \b
    Example:
      bookrec artifacts check
    """
    from bookrec.offline.tensorflow_start import start_tensorflow

    start_tensorflow()
    from bookrec.offline.dataset import load_dataset
    from bookrec.offline.model_bundle import load_bundle

    bundle = load_bundle(home, model_id)
    dataset = load_dataset(home)
    click.echo(f"{bundle.model_id}: {len(bundle.manifest['files'])} files as they were written.")
    same = bundle.manifest["dataset_digest"] == dataset.digest
    click.echo(f"Data set {dataset.dataset_id}: {'trained on it' if same else 'another one'}.")
    known = set(bundle.vocabularies.isbn.keys)
    books = sum(isbn in known for isbn in dataset.books["isbn"])
    click.echo(f"Knows {books:,} of {dataset.n_books:,} books.")
    if not books:
        raise ModelError(
            f"Model {bundle.model_id} knows no book of data set {dataset.dataset_id}; "
            "run 'bookrec train'."
        )
