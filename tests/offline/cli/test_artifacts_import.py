"""``artifacts import`` on the command line, and what comes after it: score, verify, list, doctor."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bookrec.cli.main import cli
from bookrec.errors import BookrecError
from bookrec.files import versions
from bookrec.offline.data.dataset import load_dataset
from bookrec.offline.runtime.tensorflow_start import start_tensorflow
from bookrec.settings import Home
from eager import without_graphs
from notebook import dump, label_encoder, ratings_table
from tiny_import import SETTINGS

start_tensorflow()

import keras  # noqa: E402

from bookrec.offline.models.import_job import import_job  # noqa: E402

CAST = '[lambda]\nas_float = "float32"\n'


@dataclass(frozen=True)
class Done:
    exit_code: int
    output: str


def bookrec(home: Home, *arguments: object) -> Done:
    """Run a command in this process, its errors said as `main` says them."""
    result = CliRunner().invoke(cli, ["--home", str(home.root), *map(str, arguments)])
    if isinstance(result.exception, BookrecError):
        return Done(1, f"{result.output}\n{result.exception}")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Done(result.exit_code, result.output)


@pytest.fixture
def tiny_home_copy(tiny_home: Home, tmp_path: Path) -> Home:
    """A home of its own with the data set alone: models that others have trained are not copied."""
    home = Home(tmp_path / "home")
    shutil.copytree(tiny_home.datasets, home.datasets)
    return home


@pytest.fixture
def notebook(tiny_home_copy: Home, tmp_path: Path) -> Path:
    """Two embeddings and an id cast by a Lambda; an encoder whose name says nothing."""
    frame = ratings_table(load_dataset(tiny_home_copy))
    directory = tmp_path / "notebook"
    directory.mkdir()
    users, isbns = label_encoder(frame["user"]), label_encoder(frame["isbn"].astype(str))
    dump(directory / "user_encoder.pkl", users)
    dump(directory / "a.pkl", isbns)
    dump(directory / "b.pkl", label_encoder(["0000000000", *sorted(set(frame["isbn"]))[1:]]))
    user = keras.Input((1,), name="user", dtype="int32")
    book = keras.Input((1,), name="book", dtype="int32")
    tables: list[Any] = [
        keras.layers.Flatten()(keras.layers.Embedding(len(users.classes_), 3)(user)),
        keras.layers.Flatten()(keras.layers.Embedding(len(isbns.classes_), 3)(book)),
    ]
    cast = keras.layers.Lambda(
        lambda x: keras.ops.cast(x, "float32"), name="as_float", output_shape=(1,)
    )
    scaled = keras.layers.Rescaling(0.01)(cast(book))
    hidden = keras.layers.Dense(5, activation="relu")(keras.layers.Concatenate()([*tables, scaled]))
    keras.Model([user, book], keras.layers.Dense(1)(hidden)).save(directory / "model.keras")
    return directory


@pytest.fixture
def small_towers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Lets imports train the towers of `tiny_import`."""
    small = partial(import_job.ImportSettings, towers=SETTINGS.towers)
    monkeypatch.setattr(import_job, "ImportSettings", small)
    with without_graphs():
        yield


@pytest.mark.slow
def test_from_a_notebook_to_a_published_snapshot(
    tiny_home_copy: Home, notebook: Path, tmp_path: Path, small_towers: None
):
    home, draft = tiny_home_copy, tmp_path / "mapping.toml"
    refused = bookrec(home, "artifacts", "import", notebook)
    assert refused.exit_code == 1
    assert "Lambda layer 'as_float'" in refused.output

    cast = tmp_path / "cast.toml"
    cast.write_text(CAST)
    drafted = bookrec(
        home, "artifacts", "import", notebook, "--mapping", cast, "--write-mapping", draft
    )
    assert drafted.exit_code == 0, drafted.output
    assert "NOT SURE: encoder: it could be a.pkl or b.pkl" in drafted.output
    assert versions(home.models) == []
    refused = bookrec(home, "artifacts", "import", notebook, "--mapping", draft)
    assert "[inputs.book]: encoder is still '?'" in refused.output

    draft.write_text(draft.read_text().replace('encoder = "?"', 'encoder = "a.pkl"'))
    done = bookrec(home, "artifacts", "import", notebook, "--mapping", draft)
    assert done.exit_code == 0, done.output
    assert "knows 120 of 120 readers" in done.output or "folded in from their books" in done.output
    (model_id,) = versions(home.models)
    assert model_id.startswith("imported-")

    scored = bookrec(home, "score", "--top", "10", "--workers", "0")
    assert scored.exit_code == 0, scored.output
    verified = bookrec(home, "snapshots", "verify")
    assert verified.exit_code == 0, verified.output
    assert "published scores compared with Keras" in verified.output
    listed = bookrec(home, "artifacts", "list")
    assert f"* {model_id}" in listed.output
    assert "model.keras" in listed.output
    assert f"model          {model_id}" in bookrec(home, "doctor").output
    again = bookrec(home, "nightly")
    assert again.exit_code == 0, again.output
    assert "nothing new" in again.output


def test_an_error_is_one_sentence(tiny_home_copy: Home, notebook: Path, tmp_path: Path):
    (tmp_path / "cast.toml").write_text(CAST)
    refused = bookrec(
        tiny_home_copy, "artifacts", "import", notebook, "--mapping", tmp_path / "cast.toml"
    )
    assert refused.exit_code == 1
    last = refused.output.strip().splitlines()[-1]
    assert "'book' (encoder: it could be a.pkl or b.pkl)" in last
    assert "--write-mapping" in last
    assert versions(tiny_home_copy.models) == []


def test_a_directory_without_a_model(tiny_home_copy: Home, tmp_path: Path):
    refused = bookrec(tiny_home_copy, "artifacts", "import", tmp_path)
    assert refused.exit_code == 1
    assert "has no .keras or .h5 file" in refused.output
