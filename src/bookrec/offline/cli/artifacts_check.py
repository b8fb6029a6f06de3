"""``bookrec artifacts check``: faults of a bundle, and how to fix them."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bookrec.errors import ModelError
from bookrec.files import write_atomically
from bookrec.settings import Home

if TYPE_CHECKING:
    from bookrec.offline.models.checks.finding import Finding


@click.command("check")
@click.argument("model_id", required=False)
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the findings to this file, with their figures.",
)
@click.pass_obj
def check_command(home: Home, model_id: str | None, json_file: Path | None) -> None:
    """Check a bundle (default: the current one) against the current data set.

    Checks files, the share of readers and books the model knows, encoders, scalers, constant inputs,
    title vectors, whether orders differ between readers, whether lists are better than popularity and
    than the retrieval alone, and whether they share the language and authors of the reader's books.
    Each line is a finding; warnings and errors name a fix. Exit code 1 if there is an error.

    \b
    Example:
      bookrec artifacts check
      bookrec artifacts check imported-20261122T140000Z-3fa21c --json check.json
    """
    if json_file is not None and not json_file.absolute().parent.is_dir():
        raise click.BadParameter(f"{json_file.parent} is no directory.", param_hint="--json")
    from bookrec.offline.runtime.tensorflow_start import start_tensorflow

    start_tensorflow()
    from bookrec.offline.data.dataset import load_dataset
    from bookrec.offline.models.bundle.bundle_files import load_bundle
    from bookrec.offline.models.checks.finding import worst
    from bookrec.offline.models.checks.run_checks import run_checks
    from bookrec.offline.models.checks.subject import Subject

    bundle, dataset = load_bundle(home, model_id), load_dataset(home)
    click.echo(f"{bundle.model_id} against data set {dataset.dataset_id}")
    findings = []
    for finding in run_checks(Subject(bundle, dataset)):
        findings.append(finding)
        _print_finding(finding)
    levels = Counter(finding.level for finding in findings)
    click.echo(f"\n{levels['ok']} ok, {levels['warning']} to look at, {levels['error']} wrong.")
    if json_file is not None:
        content = {
            "model_id": bundle.model_id,
            "dataset_id": dataset.dataset_id,
            "findings": [asdict(finding) for finding in findings],
        }
        write_atomically(json_file, (json.dumps(content, indent=1) + "\n").encode())
    if worst(findings) == "error":
        count = levels["error"]
        faults = "1 fault that makes" if count == 1 else f"{count} faults that make"
        raise ModelError(
            f"Model {bundle.model_id} has {faults} its lists wrong; each line marked 'error' above "
            "says what to do."
        )


_WIDTH = 18
"""Characters of the column of names."""


def _print_finding(finding: Finding) -> None:
    click.echo(f"{finding.level:8} {finding.check:{_WIDTH}} {finding.text}")
    if finding.fix:
        click.echo(f"{'':8} {'':{_WIDTH}} → {finding.fix}")
