"""``bookrec artifacts``: list, check, import and export model bundles."""

from __future__ import annotations

import click

from bookrec.errors import ModelError
from bookrec.files import read_pointer, versions
from bookrec.offline.cli.artifacts_check import check_command
from bookrec.offline.cli.artifacts_export import export_command
from bookrec.offline.cli.artifacts_import import import_command
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


artifacts.add_command(check_command)
artifacts.add_command(export_command)
artifacts.add_command(import_command)


@artifacts.command("list")
@click.pass_obj
def list_command(home: Home) -> None:
    """List all bundles by name; a star marks the current one.

    \b
    Example:
      bookrec artifacts list
    """
    from bookrec.offline.models.bundle.stored_manifest import read_manifest

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
        metric = "ndcg@20_liked" if "ndcg@20_liked" in pipeline else "ndcg@20"
        quality = f"{metric} {pipeline[metric]:.4f}" if metric in pipeline else ""
        if "source" in manifest:
            quality = f"imported from {manifest['source']['model']}"
        click.echo(f"{mark} {name}  {manifest['dataset_id']}  seed {manifest['seed']}  {quality}")
