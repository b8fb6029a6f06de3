"""Whole imports of models of several shapes: published scores equal the model's predictions.

The expected scores come from the original model, fed by code in the style of notebooks (`notebook`).
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bookrec.errors import ModelError
from bookrec.inference.recommender import Recommender
from bookrec.offline.data.dataset import Dataset, load_dataset, save_dataset
from bookrec.offline.runtime.tensorflow_start import start_tensorflow
from bookrec.settings import Home
from bookrec.snapshot import RANKER_NAME, open_database
from notebook import add_statistics, ratings_table
from shapes import SHAPES, NotebookModel, movie_dataset
from tiny_import import import_tiny
from tiny_scoring import rows, score_tiny

start_tensorflow()


from bookrec.offline.models.bundle.bundle_files import load_bundle  # noqa: E402
from bookrec.offline.models.imported.imported_origin import imported_model  # noqa: E402
from bookrec.offline.scoring.job.verify import check_published  # noqa: E402


@dataclass
class Imported:
    """A scored import."""

    home: Home
    made: NotebookModel
    bundle: Any
    dataset: Dataset
    frame: pd.DataFrame
    published: Path
    lines: list[str]


@pytest.fixture(scope="module", params=list(SHAPES))
def imported(
    request: pytest.FixtureRequest, tiny_home: Home, tmp_path_factory: pytest.TempPathFactory
) -> Imported:
    root = tmp_path_factory.mktemp(request.param)
    (root / "notebook").mkdir()
    home = Home(root / "home")
    dataset = movie_dataset() if request.param == "movies" else load_dataset(tiny_home)
    save_dataset(home, dataset)
    frame = add_statistics(ratings_table(dataset))
    made = SHAPES[request.param](root / "notebook", frame)
    bundle = import_tiny(home, made.directory, dataset)
    lines: list[str] = []
    published = score_tiny(home, bundle.model_id, dataset, candidates=None, progress=lines.append)
    return Imported(home, made, bundle, dataset, frame, published, lines)


def _knows_everything(imported: Imported) -> bool:
    return any(name in str(imported.home.root) for name in ("scaled_ids", "one_table"))


def published_pairs(imported: Imported) -> pd.DataFrame:
    """Published lists, joined with the notebook's columns of readers and books."""
    dataset, frame = imported.dataset, imported.frame
    table = pd.DataFrame(rows(imported.published, "user_top"))
    table.columns = ["reader", "rank", "book", "score"]
    made = pd.DataFrame(
        {
            "user": dataset.readers["user_id"].to_numpy()[table["reader"] - 1],
            "isbn": dataset.books["isbn"].to_numpy()[table["book"] - 1],
            "score": table["score"],
        }
    )
    book = frame.drop_duplicates("isbn").drop(columns=["user", "age", "age_bin", "rating"])
    reader = frame.drop_duplicates("user")[["user", "age_bin"]]
    return made.merge(book, on="isbn", how="left").merge(reader, on="user")


@pytest.mark.slow
def test_published_scores_are_the_models_own(imported: Imported):
    pairs, made = published_pairs(imported), imported.made
    pairs = pairs[pairs["user"].isin(made.readers) & pairs["isbn"].isin(made.books)]
    assert len(pairs) > 100
    expected = made.predict(pairs)
    assert np.std(expected) > 0.01  # the scores differ at all
    np.testing.assert_allclose(pairs["score"], expected, atol=1e-5, rtol=1e-5)


@pytest.mark.slow
def test_the_best_books_come_first(imported: Imported):
    """A list holds the highest predictions among all books that the model knows."""
    pairs, made = published_pairs(imported), imported.made
    user = next(u for u in pairs["user"] if u in made.readers)
    seen = set(imported.frame.loc[imported.frame["user"] == user, "isbn"])
    works = dict(zip(imported.dataset.books["isbn"], imported.dataset.work_of_book, strict=True))
    seen_works = {works[isbn] for isbn in seen}
    book = imported.frame.drop_duplicates("isbn").dropna(subset=["avg_rating"])
    book = book[book["isbn"].isin(made.books) & ~book["isbn"].map(works).isin(seen_works)].copy()
    reader = imported.frame[imported.frame["user"] == user].iloc[0]
    book["user"], book["age_bin"] = user, reader["age_bin"]
    book["predicted"] = made.predict(book)
    listed = pairs[pairs["user"] == user]
    assert (np.diff(listed["score"]) <= 0).all()
    better = book[book["predicted"] > listed["score"].iloc[-1] + 1e-5]
    listed_works = {works[isbn] for isbn in listed["isbn"]}
    assert {works[isbn] for isbn in better["isbn"]} <= listed_works
    assert len(better) > 3


@pytest.mark.slow
def test_snapshots_verify_passes(imported: Imported):
    bundle = load_bundle(imported.home, imported.bundle.model_id)
    parity = check_published(imported.published, bundle, imported.dataset, 500)
    assert parity.holds
    assert parity.pairs > 100


@pytest.mark.slow
def test_books_that_the_model_does_not_know_are_not_ranked(imported: Imported):
    if imported.made.model.name is None or _knows_everything(imported):
        pytest.skip("this model knows every book")
    known = {isbn for isbn in imported.dataset.books["isbn"] if isbn in imported.made.books}
    bundle = imported.bundle
    books = imported_model(bundle).books(imported.dataset, bundle.vocabularies)
    left_out = set(imported.dataset.books["isbn"][imported_model(bundle).left_out(books)])
    assert left_out
    assert not left_out & known
    assert not left_out & set(published_pairs(imported)["isbn"])
    with contextlib.closing(open_database(imported.published)) as connection:
        sources = connection.execute("select count(distinct book_id) from similar_top").fetchone()
    assert sources[0] > len(known)  # they have similar books nevertheless


@pytest.mark.slow
def test_folded_in_rows_differ_from_rows_of_known_readers(imported: Imported):
    """Readers whom the model does not know differ from every reader whom it knows."""
    bundle = imported.bundle
    from bookrec.offline.models.bundle.build_recommender import recommender_for

    recommender, table = recommender_for(bundle, imported.dataset)
    assert table is not None
    known = ~np.isnan(table[:, 0])
    ids = imported.dataset.readers["user_id"].to_numpy()
    assert set(ids[known]) == set(imported.made.readers)
    rated = imported.dataset.interactions
    folded = []
    for reader in np.flatnonzero(~known)[:5].tolist():
        rows_of_reader = rated[rated["reader_idx"] == reader]
        if len(rows_of_reader):
            books = rows_of_reader["book_idx"].to_numpy()
            lists = recommender.top_n(books, np.zeros(len(books), np.int8), None, 10)
            assert len(lists[0])
            assert not set(lists[0].tolist()) & set(books.tolist())
            from bookrec.inference.history import make_history

            history = make_history(books, np.zeros(len(books), np.int8))
            folded.append(recommender._folded_in_features(history))
    for row in folded:
        assert not (np.abs(table[known] - row).max(axis=1) < 1e-6).any()


@pytest.mark.slow
def test_the_site_ranks_with_it(imported: Imported):
    """Live inference without TensorFlow; a model that only Keras can run is left out, with a line."""
    if "movies" in str(imported.home.root):
        assert any("'the_smaller' (Minimum)" in line for line in imported.lines)
        return
    ranker = Recommender.load(imported.published / RANKER_NAME)
    books, scores = ranker.top_n(np.array([3, 7]), np.array([9, 0], np.int8), 30, 10)
    assert len(books) == 10
    assert not {3, 7} & set(books.tolist())
    assert (np.diff(scores) <= 0).all()
    others, _ = ranker.top_n(np.array([40, 41]), np.array([9, 0], np.int8), 30, 10)
    nobody, _ = ranker.top_n(np.array([], np.int32), np.array([], np.int8), None, 10)
    assert len(nobody) == 10
    assert _knows_everything(imported) or books.tolist() != others.tolist()


@pytest.mark.slow
def test_a_bundle_holds_the_imported_file(imported: Imported):
    manifest = json.loads(
        (imported.home.models / imported.bundle.model_id / "manifest.json").read_text()
    )
    original = next(
        path for path in imported.made.directory.iterdir() if path.suffix in (".keras", ".h5")
    )
    from bookrec.files import digest_of_file

    assert manifest["preset"] == "imported"
    assert manifest["source"]["sha256"] == digest_of_file(original)
    assert manifest["files"][f"imported{original.suffix}"] == digest_of_file(original)
    for name, digest in manifest["source"]["files"].items():
        assert digest_of_file(imported.made.directory / name) == digest
    suffixes = {path.suffix for path in (imported.home.models / imported.bundle.model_id).iterdir()}
    assert suffixes <= {".keras", ".h5", ".json", ".npz"}


@pytest.mark.slow
def test_a_changed_model_is_refused(imported: Imported, tmp_path: Path):
    import shutil

    home = Home(tmp_path / "home")
    shutil.copytree(imported.home.models, home.models)
    (path,) = (home.models / imported.bundle.model_id).glob("imported.[kh]*")
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(ModelError, match=r"imported\.(keras|h5) has changed since"):
        load_bundle(home, imported.bundle.model_id)
