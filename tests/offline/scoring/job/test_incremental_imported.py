"""``score --changed`` with models made elsewhere: the tables of a full run, whatever they read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from bookrec.offline.data.dataset import Dataset, load_dataset, save_dataset
from bookrec.offline.external.mapping.mapping import InputMapping, Mapping
from bookrec.offline.runtime.tensorflow_start import start_tensorflow
from bookrec.settings import Home
from dataset_changes import new_rating, new_reader, other_age, parts, remade
from notebook import add_statistics, dump, label_encoder, randomised, ratings_table
from shapes import classic, embedded
from tiny_import import import_tiny
from tiny_scoring import score_tiny, tables

start_tensorflow()

import keras  # noqa: E402


def ages_in_years(directory: Path, frame: pd.DataFrame) -> None:
    """An id, an age as a plain number, a place, and a book."""
    encoders = {
        "user_id": label_encoder(frame["user"].astype(int)),
        "isbn": label_encoder(frame["isbn"].astype(str)),
        "country": label_encoder(["", "usa", "vietnam"]),
    }
    dump(directory / "encoders.pkl", encoders)
    user, isbn, age, country = (
        keras.Input((1,), name=name) for name in ("user_id", "isbn", "age", "country")
    )
    years = keras.layers.Rescaling(0.05)(age)
    looked_up = [
        embedded(given, len(encoders[given.name].classes_)) for given in (user, isbn, country)
    ]
    hidden = keras.layers.Dense(8, activation="tanh")(
        keras.layers.Concatenate()([*looked_up, years])
    )
    model = randomised(keras.Model([user, isbn, age, country], keras.layers.Dense(1)(hidden)), 4)
    model.save(directory / "model.keras")


MAPPING = Mapping(
    inputs={
        "user_id": InputMapping(side="reader", column="user_id", encoder="encoders.pkl:user_id"),
        "isbn": InputMapping(side="book", column="isbn", encoder="encoders.pkl:isbn"),
        "age": InputMapping(side="reader", column="age"),
        "country": InputMapping(side="reader", column="country", encoder="encoders.pkl:country"),
    }
)


def other_age_in_its_band(dataset: Dataset) -> Dataset:
    readers, interactions = parts(dataset)
    ages = readers["age"]
    at = ages.index[ages.between(26, 30)][0]
    return remade(dataset, readers.assign(age=ages.where(ages.index != at, ages + 1)), interactions)


def moved(dataset: Dataset) -> Dataset:
    readers, interactions = parts(dataset)
    place = readers["location"].where(readers.index != 7, "hue, thua thien, vietnam")
    return remade(dataset, readers.assign(location=place), interactions)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shape", "mapping", "changes"),
    [
        (classic, None, [new_reader, new_rating, other_age]),
        (ages_in_years, MAPPING, [new_reader, new_rating, other_age_in_its_band, moved]),
    ],
)
def test_the_tables_equal_those_of_a_full_run(
    tiny_home: Home,
    tmp_path: Path,
    shape: Callable[[Path, pd.DataFrame], object],
    mapping: Mapping | None,
    changes: list[Callable[[Dataset], Dataset]],
):
    home, dataset = Home(tmp_path / "home"), load_dataset(tiny_home)
    save_dataset(home, dataset)
    notebook = tmp_path / "notebook"
    notebook.mkdir()
    shape(notebook, add_statistics(ratings_table(dataset)))
    model_id = import_tiny(home, notebook, dataset, mapping).model_id
    published = score_tiny(home, model_id, dataset)
    for change in changes:
        changed, said = change(dataset), []
        (home.snapshots / "current").write_text(f"{published.name}\n")
        some = score_tiny(home, model_id, changed, changed=True, progress=said.append)
        assert said[0].startswith(f"changed since {published.name}: 1 of "), (change, said)
        expected = tables(score_tiny(home, model_id, changed))
        for table, found in tables(some).items():
            assert found == expected[table], (change, table)
        unlike = {table for table, was in tables(published).items() if was != expected[table]}
        assert unlike & {"user_top", "interaction"}, change
