"""Data sets: scales, order of readers, saving, loading, digests."""

import gzip
import json

import numpy as np
import pandas as pd
import pytest

from bookrec.errors import DataError
from bookrec.files import read_pointer, write_pointer
from bookrec.offline.data.dataset import load_dataset, make_dataset, save_dataset
from bookrec.offline.data.reader_order import reader_sort_key
from bookrec.settings import Home


def small_dataset(rating_max=10, **changes):
    readers = pd.DataFrame(
        {"user_id": ["7", "10", "shop:2"], "age": [30, None, None], "location": ["Huế", "", ""]}
    )
    books = pd.DataFrame(
        {
            "isbn": ["0553256564", "080442957X"],
            "title": ["One", "Two"],
            "author": ["A", ""],
            "publisher": ["", "P"],
            "image_url": ["", ""],
            "year": [1999, None],
            "work_id": [0, 1],
        }
    )
    interactions = pd.DataFrame(
        {
            "reader_idx": [0, 0, 1, 2],
            "book_idx": [0, 1, 1, 0],
            "rating": [3, 0, 4, 5],
            "timestamp": [None, 5, None, None],
        }
    )
    options = {"layout": "goodbooks-10k", "source": "/raw", "files": {}} | changes
    return make_dataset(readers, books, interactions, rating_max=rating_max, **options)


def test_five_stars_count_twice_and_zero_stays():
    dataset = small_dataset(rating_max=5)
    assert dataset.ratings10().tolist() == [6, 0, 8, 10]
    assert dataset.ratings10().dtype == np.int8
    assert dataset.positive().tolist() == [False, True, True, True]


def test_ten_points_count_once():
    dataset = small_dataset(rating_max=10)
    assert dataset.ratings10().tolist() == [3, 0, 4, 5]
    assert dataset.positive().tolist() == [False, True, False, False]


def test_numeric_ids_come_first_and_texts_sort_by_their_numbers():
    ids = ["shop:10", "b", "100", "shop:2", "99", "007", "7"]
    assert sorted(ids, key=reader_sort_key) == ["007", "7", "99", "100", "b", "shop:2", "shop:10"]


def test_a_saved_data_set_is_loaded_as_it_was(tmp_path):
    home, dataset = Home(tmp_path), small_dataset()
    rejected = pd.DataFrame(
        {"file": ["R.csv"], "line": [3], "reason": ["duplicate"], "text": ['1,"ä\nö",2']}
    )
    dataset_id = save_dataset(home, dataset, rejected)
    loaded = load_dataset(home)
    assert dataset_id == loaded.dataset_id == f"gb-{dataset.digest[:10]}"
    assert loaded.manifest == dataset.manifest
    for name in ("readers", "books", "interactions"):
        pd.testing.assert_frame_equal(getattr(loaded, name), getattr(dataset, name))
    assert loaded.work_of_book.tolist() == [0, 1]
    with gzip.open(home.datasets / dataset_id / "rejected.csv.gz", "rt", encoding="utf-8") as file:
        assert file.read() == 'file,line,reason,text\nR.csv,3,duplicate,"1,""ä\nö"",2"\n'


def test_dtypes_are_the_contract(tmp_path):
    home = Home(tmp_path)
    save_dataset(home, small_dataset())
    loaded = load_dataset(home)
    assert loaded.readers.dtypes.astype(str).to_dict() == {
        "user_id": "str",
        "age": "Int16",
        "location": "str",
    }
    assert loaded.books.dtypes.astype(str).to_dict() == {
        "isbn": "str",
        "title": "str",
        "author": "str",
        "publisher": "str",
        "image_url": "str",
        "year": "Int16",
        "work_id": "int32",
    }
    assert loaded.interactions.dtypes.astype(str).to_dict() == {
        "reader_idx": "int32",
        "book_idx": "int32",
        "rating": "int8",
        "timestamp": "Int64",
    }


def test_the_digest_is_of_the_contents():
    first = small_dataset()
    assert first.digest == small_dataset(source="/elsewhere").digest
    assert first.digest != small_dataset(rating_max=5).digest
    other = first.books.assign(title=["On", "eTwo"])
    changed = make_dataset(
        first.readers, other, first.interactions, layout="x", rating_max=10, source="", files={}
    )
    assert changed.digest != first.digest


@pytest.mark.parametrize(
    ("changes", "prefix"),
    [
        ({}, "gb-"),
        ({"layout": "book-crossing"}, "bx-"),
        ({"sample": True}, "sample-"),
        ({"layout": "movielens-100k", "base_dataset_id": "ml-0"}, "ml-shop-"),
    ],
)
def test_ids_tell_the_layout(changes, prefix):
    dataset = small_dataset(**changes)
    assert dataset.dataset_id == prefix + dataset.digest[:10]


def test_saving_again_only_makes_it_current(tmp_path):
    home, dataset = Home(tmp_path), small_dataset()
    dataset_id = save_dataset(home, dataset)
    before = (home.datasets / dataset_id / "manifest.json").stat().st_mtime_ns
    write_pointer(home.datasets, "another")
    assert save_dataset(home, dataset) == dataset_id
    assert read_pointer(home.datasets) == dataset_id
    assert (home.datasets / dataset_id / "manifest.json").stat().st_mtime_ns == before


def test_without_a_data_set_the_command_to_run_is_named(tmp_path):
    with pytest.raises(DataError, match="run 'bookrec data import SOURCE'"):
        load_dataset(Home(tmp_path))


def test_an_unknown_id_is_refused_with_the_known_ones(tmp_path):
    home = Home(tmp_path)
    dataset_id = save_dataset(home, small_dataset())
    with pytest.raises(DataError, match=f"no data set '../x'.*known: {dataset_id}"):
        load_dataset(home, "../x")


def test_a_changed_table_is_refused_and_import_heals_it(tmp_path):
    home, dataset = Home(tmp_path), small_dataset()
    directory = home.datasets / save_dataset(home, dataset)
    dataset.readers.assign(location="elsewhere").to_parquet(directory / "readers.parquet")
    with pytest.raises(DataError, match="does not match its digest"):
        load_dataset(home)
    save_dataset(home, dataset)
    assert load_dataset(home).readers["location"].tolist() == ["Huế", "", ""]


@pytest.mark.parametrize("name", ["books.parquet", "manifest.json"])
def test_a_damaged_file_is_one_sentence(tmp_path, name):
    home = Home(tmp_path)
    directory = home.datasets / save_dataset(home, small_dataset())
    (directory / name).write_bytes(b"{")
    with pytest.raises(DataError, match=r"cannot be read .*run 'bookrec data import SOURCE' again"):
        load_dataset(home)


def test_a_manifest_that_lacks_its_digest_is_one_sentence(tmp_path):
    home = Home(tmp_path)
    directory = home.datasets / save_dataset(home, small_dataset())
    (directory / "manifest.json").write_text(json.dumps({"rating_max": 10}))
    with pytest.raises(DataError, match="again"):
        load_dataset(home)
