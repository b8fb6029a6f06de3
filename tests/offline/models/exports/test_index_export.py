"""Stand-alone retrieval index: known lists, from a process that cannot import bookrec."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bookrec.settings import Home
from without_bookrec import call_examples, run_own_check

pytestmark = pytest.mark.slow

AGES = 8
"""Rows for readers without a history, one for each age band."""


def known_data() -> Any:
    """Two readers with a history, "99" without one (age band 2), and seven books."""
    from bookrec.offline.models.exports.index_data import IndexData

    vectors = np.zeros((2 + AGES + 1, 2), dtype=np.float32)
    vectors[0], vectors[1], vectors[2 + 2], vectors[-1] = [1, 0], [0, 2], [1, 1], [-1, 0]
    books = [[5, 0], [4, 1], [3, -1], [0, 3], [1, 4], [-2, 2], [-6, -6]]
    return IndexData(
        user_ids=["276725", "8", "99"],
        row_of_reader=np.array([0, 1, 4], dtype=np.int32),
        reader_vectors=vectors,
        isbns=["a", "b", "c", "d", "e", "f", "g"],
        book_vectors=np.array(books, dtype=np.float32),
        seen_start=np.array([0, 2, 3, *[3] * (AGES + 1)], dtype=np.int64),
        seen_books=np.array([1, 3, 4], dtype=np.int32),
    )


@pytest.fixture(scope="module")
def known_index() -> Any:
    from bookrec.offline.runtime.tensorflow_start import start_tensorflow

    start_tensorflow()
    from bookrec.offline.models.exports.index_module import RetrievalIndex
    from bookrec.offline.models.exports.partitions import Partitions

    centres = np.array([[4, 0], [0, 3], [-6, -6]], dtype=np.float32)
    partitions = Partitions(
        centres, np.array([0, 3, 6, 7]), np.array([0, 1, 2, 3, 4, 5, 6], dtype=np.int32)
    )
    return RetrievalIndex(known_data(), partitions)


def lists_of(
    function: Any, ids: list[str], *numbers: int
) -> tuple[list[list[str]], Any, list[bool]]:
    import tensorflow as tf

    lists = function(tf.constant(ids), *map(tf.constant, numbers))
    isbns = [[isbn.decode() for isbn in row] for row in lists["isbn"].numpy()]
    return isbns, lists["score"].numpy(), lists["known"].numpy().tolist()


def test_exact_lists_are_by_dot_product_without_seen_books(known_index: Any):
    isbns, scores, known = lists_of(known_index.exact, ["8", "276725"], 3)
    assert isbns == [["d", "f", "b"], ["a", "c", "e"]]
    assert scores.tolist() == [[6, 4, 2], [5, 3, 1]]
    assert known == [True, True]


def test_seen_books_are_listed_by_with_own(known_index: Any):
    isbns, scores, _ = lists_of(known_index.with_own, ["8"], 2)
    assert (isbns, scores.tolist()) == ([["e", "d"]], [[8, 6]])


def test_a_reader_without_history_has_the_vector_of_the_age(known_index: Any):
    isbns, scores, known = lists_of(known_index.exact, ["99"], 2)
    assert (isbns, scores.tolist(), known) == ([["a", "b"]], [[5, 5]], [True])


def test_an_unknown_reader_gets_the_list_of_the_mean_reader_and_is_not_known(known_index: Any):
    isbns, scores, known = lists_of(known_index.exact, ["276 725", "276725"], 1)
    assert (isbns, scores.tolist(), known) == ([["g"], ["a"]], [[6], [5]], [False, True])


def test_what_is_not_there_is_padded(known_index: Any):
    isbns, scores, _ = lists_of(known_index.exact, ["276725"], 9)
    assert isbns == [["a", "c", "e", "f", "g", "", "", "", ""]]
    assert scores[0, 5:].tolist() == [-np.inf] * 4


def test_one_probe_sees_one_partition_and_all_probes_see_everything(known_index: Any):
    isbns, scores, _ = lists_of(known_index.approximate, ["276725", "8"], 4, 1)
    assert isbns == [["a", "c", "", ""], ["d", "f", "", ""]]
    assert scores[1, :2].tolist() == [6, 4]
    for probes in (3, 50):
        near = lists_of(known_index.approximate, ["276725", "8", "99", "?"], 4, probes)
        exact = lists_of(known_index.exact, ["276725", "8", "99", "?"], 4)
        np.testing.assert_array_equal(near[1], exact[1])
    assert lists_of(known_index.approximate, ["8"], 2, 0)[0] == [["d", "f"]]  # at least one


@pytest.fixture(scope="module")
def exported(tiny_home: Home, tiny_bundles: dict[str, Any], tmp_path_factory: Any) -> Path:
    """Export of the tiny default bundle's index."""
    from bookrec.offline.models.exports.export_job import export_model

    target = tmp_path_factory.mktemp("exports") / "index"
    model_id = tiny_bundles["default"].model_id
    export_model(tiny_home, model_id, "savedmodel", target, progress=lambda _: None)
    return target


def expected_scores(home: Home, bundle: Any, user_id: str) -> tuple[Any, set[int], Any]:
    """[B] scores of one reader by the towers, all editions of the seen works, and the ISBNs."""
    from bookrec.inference.history import make_history
    from bookrec.offline.data.dataset import load_dataset
    from bookrec.offline.data.interactions import reader_age_bands
    from bookrec.offline.models.bundle.build_recommender import recommender_for

    dataset = load_dataset(home)
    retrieval = recommender_for(bundle, dataset)[0].retrieval
    reader = dataset.readers["user_id"].to_list().index(user_id)
    table = dataset.interactions[dataset.interactions["reader_idx"] == reader]
    books = table["book_idx"].to_numpy()
    history = make_history(books, dataset.ratings10()[table.index.to_numpy()])
    vector = retrieval.reader_vector(history, int(reader_age_bands(dataset)[reader]))
    works = dataset.work_of_book
    seen = {book for book in range(len(works)) if works[book] in works[books]}
    return retrieval.book_vector @ vector, seen, np.array(dataset.books["isbn"], dtype=str)


@dataclass
class ListsElsewhere:
    """What the export lists where bookrec cannot be imported."""

    ids: list[str]
    of_ids: dict[str, Any]
    """12 books for each of `ids`."""
    of_everyone: dict[str, Any]
    """5 books for each reader, seen ones included."""


@pytest.fixture(scope="module")
def elsewhere(exported: Path, tiny_home: Home, tmp_path_factory: Any) -> ListsElsewhere:
    from bookrec.offline.data.dataset import load_dataset

    users = load_dataset(tiny_home).readers["user_id"].to_list()
    ids = [users[7], users[70], users[3]]
    some = {"reader_id": np.array(ids), "k": np.int32(12)}
    everyone = {"reader_id": np.array(users, dtype=str), "k": np.int32(5)}
    everyone["signature"] = np.str_("with_own")
    scratch = tmp_path_factory.mktemp("elsewhere")
    return ListsElsewhere(ids, *call_examples(exported, scratch, some, everyone))


def test_loaded_elsewhere_it_lists_the_best_books_of_the_towers(
    elsewhere: ListsElsewhere, tiny_home: Home, tiny_bundles: dict[str, Any]
):
    lists = elsewhere.of_ids
    assert lists["known"].all()
    for user_id, isbns, scores in zip(elsewhere.ids, lists["isbn"], lists["score"], strict=True):
        values, seen, names = expected_scores(tiny_home, tiny_bundles["default"], user_id)
        value_of = dict(zip(names, values, strict=True))
        best = sorted((v for b, v in enumerate(values) if b not in seen), reverse=True)[:12]
        np.testing.assert_allclose(scores, best, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(scores, [value_of[isbn] for isbn in isbns], rtol=1e-5, atol=1e-5)
        assert not {names[book] for book in seen} & set(isbns)


def test_lists_depend_on_the_reader(elsewhere: ListsElsewhere):
    assert len({tuple(row) for row in elsewhere.of_everyone["isbn"]}) > 20


def test_recall_is_measured_and_the_recommended_probes_reach_it(exported: Path):
    import json

    figures = json.loads((exported / "export.json").read_text())["figures"]
    by_probes = {row["probes"]: row["recall"] for row in figures["recall"]}
    assert by_probes[figures["probes"]] >= 0.95
    assert list(by_probes.values()) == sorted(by_probes.values())
    assert by_probes[1] < by_probes[max(by_probes)] == 1.0


def test_its_own_check_finds_a_wrong_list(exported: Path, tmp_path: Path):
    """The export was kept because the same check found no fault."""
    copy = shutil.copytree(exported, tmp_path / "copy")
    with np.load(copy / "sample_outputs.npz") as file:
        arrays = dict(file)
    arrays["with_own/isbn"][0, 0] = "another"
    np.savez(copy / "sample_outputs.npz", **arrays)
    assert run_own_check(copy).returncode == 1
