"""``bookrec artifacts import``: make a bundle of a model from elsewhere."""

from __future__ import annotations

from pathlib import Path

import click

from bookrec.errors import ModelError
from bookrec.files import write_atomically
from bookrec.offline.cli.model_options import list_weights_option
from bookrec.settings import Home


@click.command("import")
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--mapping",
    "mapping_path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="TOML file that maps inputs of the model to columns; the others are detected.",
)
@click.option(
    "--write-mapping",
    "draft_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a complete mapping file of all detected inputs, and import nothing.",
)
@list_weights_option
@click.option(
    "--seed", type=int, default=1, show_default=True, help="Seed of the fitted retrievers."
)
@click.pass_obj
def import_command(
    home: Home,
    directory: Path,
    mapping_path: Path | None,
    draft_path: Path | None,
    weigh_lists: bool,
    seed: int,
) -> None:
    """Import a .keras or .h5 model with its encoders, scalers and vectors.

    No code in the files runs: pickles are parsed, and layers that hold code are refused. The model is
    not trained; the retrievers that choose its candidates are fitted to the current data set.

    \b
    Example:
      bookrec artifacts import notebook/ --write-mapping mapping.toml
      bookrec artifacts import notebook/ --mapping mapping.toml
    """
    from bookrec.offline.data.dataset import load_dataset
    from bookrec.offline.external.mapping.choose_model import choose_model
    from bookrec.offline.external.mapping.mapping import read_mapping
    from bookrec.offline.runtime.tensorflow_start import start_tensorflow

    # What cannot be imported is refused before TensorFlow, which takes seconds to load.
    mapping = None if mapping_path is None else read_mapping(mapping_path)
    chosen = choose_model(directory, mapping)
    dataset = load_dataset(home)
    start_tensorflow()
    from bookrec.offline.external.mapping.draft import draft
    from bookrec.offline.models.import_job.import_job import (
        ImportSettings,
        import_model,
        open_chosen,
    )
    from bookrec.offline.models.import_job.import_report import knowledge, mapping_table, questions

    opened = open_chosen(chosen, dataset)
    for line in mapping_table(opened):
        click.echo(line)
    if draft_path is not None:
        name = opened.archive.path.relative_to(directory).as_posix()
        text = draft(name, opened.guesses, opened.sources, opened.casts, opened.crosses)
        write_atomically(draft_path, text.encode())
        click.echo(
            f"Wrote {draft_path}; look through it, then: "
            f"bookrec artifacts import {directory} --mapping {draft_path}"
        )
        return
    if opened.mapping is None:
        raise ModelError(
            f"What these inputs are given is not sure: {questions(opened.guesses)}. Run 'bookrec "
            f"artifacts import {directory} --write-mapping mapping.toml', answer there, and import "
            "with --mapping mapping.toml."
        )
    settings = ImportSettings(seed=seed, weigh_lists=weigh_lists)
    bundle = import_model(home, opened, dataset, settings, click.echo)
    for line in knowledge(bundle, dataset):
        click.echo(line)
    click.echo(f"Imported {bundle.model_id}; next: bookrec score")
