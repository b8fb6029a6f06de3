"""``bookrec doctor``: the state of an installation and the next command. Imports no TensorFlow."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import platform
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

import click

from bookrec import __version__
from bookrec.errors import BookrecError, NoSnapshot
from bookrec.files import digest_of_file, read_pointer
from bookrec.inference.recommender import Recommender
from bookrec.json_types import JsonObject
from bookrec.settings import Home, templates_directory
from bookrec.shop.schema import MIGRATIONS
from bookrec.snapshot import (
    NO_MODEL,
    RANKER_NAME,
    check_structure,
    current_snapshot,
    open_database,
    read_meta,
)

State = Literal["ok", "missing", "stale", "damaged"]

_OFFLINE_MODULES: Final = ("pandas", "pyarrow", "scipy", "gensim", "keras", "tensorflow")
_DATASET_FILES: Final = ("readers.parquet", "books.parquet", "interactions.parquet")
_LITTLE_DISK_GIB: Final = 2.0
"""Free space below which the doctor warns."""


@dataclass(frozen=True)
class DoctorLine:
    """State of one part of an installation."""

    part: str
    state: State
    detail: str
    next_step: str | None = None
    """Command that fixes it; None where nothing needs fixing."""


@click.command()
@click.pass_obj
def doctor(home: Home) -> None:
    """Report what is installed, what is missing or damaged, and what to run next.

    Checks the installation, the data set, the model, the published snapshot and the shop's database.
    Exit code 1: one of them is damaged. Missing and stale parts are no error.

    \b
    Example:
      bookrec --home /srv/bookrec doctor
    """
    lines = list(examine(home))
    for line in lines:
        click.echo(f"{line.state:8} {line.part:14} {line.detail}")
    steps = [line.next_step for line in lines if line.next_step]
    click.echo(f"\nNext: {steps[0] if steps else 'bookrec serve'}")
    if any(line.state == "damaged" for line in lines):
        raise click.exceptions.Exit(1)


def examine(home: Home) -> Iterator[DoctorLine]:
    """Examine an installation and its home directory, in the order in which parts are made."""
    offline = _offline_extra()
    yield from (_python(), offline, _templates(), _disk(home))
    dataset, model = None, None
    if offline.state == "ok" or home.datasets.exists():
        dataset, line = _dataset(home)
        yield line
    if offline.state == "ok" or home.models.exists():
        model, line = _model(home, dataset)
        yield line
    snapshot = _snapshot(home, dataset, model)
    if snapshot.state == "missing" and offline.state != "ok":
        # A host that only serves cannot score: another machine publishes for it.
        snapshot = replace(snapshot, next_step=f"copy precomputed/ into {home.root}")
    yield snapshot
    yield _shop(home)


def _python() -> DoctorLine:
    detail = f"{platform.python_version()}, bookrec {__version__}"
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        return DoctorLine("python", "ok", detail)
    return DoctorLine(
        "python", "missing", f"{detail}; 3.11, 3.12 or 3.13 is needed", "make install"
    )


def _offline_extra() -> DoctorLine:
    missing = [name for name in _OFFLINE_MODULES if importlib.util.find_spec(name) is None]
    if not missing:
        return DoctorLine(
            "offline extra", "ok", "installed: this machine can import, train and score"
        )
    detail = f"without {', '.join(missing)}: this machine can serve, but not train or score"
    return DoctorLine("offline extra", "missing", detail)


def _templates() -> DoctorLine:
    directory = templates_directory()
    if directory.is_dir():
        return DoctorLine("templates", "ok", str(directory))
    return DoctorLine(
        "templates", "damaged", f"not at {directory}", "pip install --force-reinstall"
    )


def _disk(home: Home) -> DoctorLine:
    existing = next(path for path in (home.root, *home.root.parents) if path.exists())
    free_gib = shutil.disk_usage(existing).free / 2**30
    detail = f"{home.root}, {free_gib:,.1f} GiB free"
    if free_gib < _LITTLE_DISK_GIB:
        detail += "; a large data set needs more"
        return DoctorLine("home", "stale", detail, "bookrec snapshots prune")
    return DoctorLine("home", "ok", detail)


def _dataset(home: Home) -> tuple[JsonObject | None, DoctorLine]:
    again = "bookrec data import SOURCE"
    name = read_pointer(home.datasets)
    if name is None:
        return None, DoctorLine("data set", "missing", "nothing imported yet", again)
    directory = home.datasets / name
    try:
        manifest = _read_manifest(directory)
        counts = ", ".join(
            f"{int(manifest[key]):,} {key}" for key in ("readers", "books", "interactions")
        )
    except _UNREADABLE as error:
        return None, DoctorLine("data set", "damaged", f"{directory}: {error}", again)
    missing = [file for file in _DATASET_FILES if not (directory / file).is_file()]
    if missing:
        return None, DoctorLine(
            "data set", "damaged", f"{directory} lacks {', '.join(missing)}", again
        )
    sample = " (sample data)" if manifest.get("sample") else ""
    return manifest, DoctorLine("data set", "ok", f"{name}{sample}: {counts}")


def _model(home: Home, dataset: JsonObject | None) -> tuple[JsonObject | None, DoctorLine]:
    again = "bookrec train"
    name = read_pointer(home.models)
    if name is None:
        return None, DoctorLine("model", "missing", "nothing trained yet", again)
    directory = home.models / name
    try:
        manifest = _read_manifest(directory)
        changed = [
            file
            for file, digest in manifest["files"].items()
            if not (directory / file).is_file() or digest_of_file(directory / file) != digest
        ]
        foreign = dataset is not None and manifest["dataset_digest"] != dataset["digest"]
    except _UNREADABLE as error:
        return None, DoctorLine("model", "damaged", f"{directory}: {error}", again)
    if changed:
        detail = f"{directory}: missing or changed since training: {', '.join(changed)}"
        return None, DoctorLine("model", "damaged", detail, again)
    if foreign:
        done = "imported for" if manifest.get("preset") == "imported" else "trained on"
        detail = f"{name} was {done} {manifest['dataset_id']}, not the current data set"
        return manifest, DoctorLine("model", "stale", detail, again)
    return manifest, DoctorLine("model", "ok", name)


def _snapshot(home: Home, dataset: JsonObject | None, model: JsonObject | None) -> DoctorLine:
    try:
        directory = current_snapshot(home.snapshots)
        check_structure(directory)
        with contextlib.closing(open_database(directory)) as connection:
            meta = read_meta(connection)
        if meta.get("model_id") == NO_MODEL:
            detail = f"{directory.name} has catalogue and popular books alone"
            return DoctorLine("snapshot", "stale", detail, "bookrec score")
        Recommender.load(directory / RANKER_NAME)
    except NoSnapshot:
        return DoctorLine("snapshot", "missing", "nothing published yet", "bookrec score")
    except (BookrecError, sqlite3.DatabaseError) as error:
        return DoctorLine("snapshot", "damaged", str(error), "bookrec snapshots rollback")
    name = directory.name
    if model is not None and meta.get("model_id") != model["model_id"]:
        detail = f"{name} was scored by {meta.get('model_id')}, not the current model"
        return DoctorLine("snapshot", "stale", detail, "bookrec score")
    if dataset is not None and meta.get("dataset_digest") != dataset["digest"]:
        detail = f"{name} was scored on {meta.get('dataset_id')}, not the current data set"
        return DoctorLine("snapshot", "stale", detail, "bookrec score")
    return DoctorLine("snapshot", "ok", name)


def _shop(home: Home) -> DoctorLine:
    path = home.shop_database
    if not path.exists():
        return DoctorLine("shop", "ok", f"{path} is made when the site first starts")
    try:
        with contextlib.closing(
            sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=10)
        ) as connection:
            version = int(connection.execute("pragma user_version").fetchone()[0])
            verdict = connection.execute("pragma quick_check").fetchone()[0]
            if verdict == "ok" and 0 < version <= len(MIGRATIONS):
                accounts = connection.execute("select count(*) from account").fetchone()[0]
                detail = f"{accounts:,} accounts, schema version {version}"
    except sqlite3.DatabaseError as error:
        verdict, version = str(error), 0
    if verdict != "ok":
        return DoctorLine("shop", "damaged", f"{path}: {verdict}", "restore it from a backup")
    if version > len(MIGRATIONS):
        detail = f"{path} was written by a newer bookrec (schema version {version})"
        return DoctorLine("shop", "damaged", detail, "install the newer bookrec")
    if version < len(MIGRATIONS):
        detail = f"schema version {version} of {len(MIGRATIONS)}; the site brings it up to date"
        return DoctorLine("shop", "stale", detail, "bookrec serve")
    return DoctorLine("shop", "ok", detail)


_UNREADABLE: Final = (OSError, ValueError, KeyError, TypeError, AttributeError)


def _read_manifest(directory: Path) -> JsonObject:
    manifest: JsonObject = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))
    return manifest
