"""docs/bring-your-own-model.md, word for word: its notebook without bookrec, then its commands."""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from bookrec.files import read_pointer
from bookrec.inference.recommender import Recommender
from bookrec.offline.data.dataset import load_dataset
from bookrec.offline.data.sample.books import genres_by_isbn
from bookrec.offline.runtime.tensorflow_start import start_tensorflow
from bookrec.settings import Home
from command_line import run_in_process
from document import blocks
from new_readers import best_known_of, registration
from requirements import REPOSITORY

pytestmark = [pytest.mark.slow, pytest.mark.longest]

DOCUMENT = REPOSITORY / "docs" / "bring-your-own-model.md"

_WITHOUT_BOOKREC = "import sys\nsys.modules['bookrec'] = None  # an import of it raises\n"

_PREDICT = """
def predicted(reader, bins):
    scaled = item_scaler.transform(catalogue[["avg_rating", "num_ratings"]].to_numpy())
    return model.predict({
        "user_id_encoded": np.repeat(user_id_encoder.transform([reader]), len(catalogue)),
        "isbn_encoded": isbn_encoder.transform(catalogue["ISBN"]),
        "author_encoded": author_encoder.transform(catalogue["Book-Author"]),
        "publisher_encoded": publisher_encoder.transform(catalogue["Publisher"]),
        "year_encoded": year_encoder.transform(catalogue["year"]),
        "age_binned_encoded": np.repeat(age_bin_encoder.transform([bins]), len(catalogue)),
        "avg_rating_scaled": scaled[:, 0],
        "num_ratings_scaled": scaled[:, 1],
        "title_embedding_features": vectors,
    }, verbose=0)[:, 0]


some = table.drop_duplicates("User-ID").sort_values("User-ID").iloc[5:400:40]
np.savez(
    "predicted.npz", isbn=catalogue["ISBN"].to_numpy(dtype=str), reader=some["User-ID"].to_numpy(),
    score=np.stack([predicted(*row) for row in zip(some["User-ID"], some["age_bin"])]),
)
"""
"""In the notebook, after its last cell: what the model says, to be found on the site."""


def notebook_python() -> str:
    """A Python with a notebook's packages."""
    named = os.environ.get("BOOKREC_NOTEBOOK_PYTHON")
    if named:
        return named
    missing = [name for name in ("sklearn", "gensim") if not importlib.util.find_spec(name)]
    if missing:
        pytest.skip(
            f"{' and '.join(missing)} not installed: set BOOKREC_NOTEBOOK_PYTHON, see "
            "tests/tutorial/make_notebook_environment.py"
        )
    return sys.executable


@contextlib.contextmanager
def smaller_towers() -> Iterator[None]:
    """Makes imports train their towers less.

    The catalogue has fewer books than a list has candidates, so whatever the towers learn, the model
    ranks all books.
    """
    start_tensorflow()
    from bookrec.offline.models.import_job import import_job
    from bookrec.offline.retrieval.two_tower_settings import TwoTowerSettings

    towers = TwoTowerSettings(side_by_side_whole=1, steps=200)
    smaller = partial(import_job.ImportSettings, towers=towers)
    with patch.object(import_job, "ImportSettings", smaller):
        yield


@dataclass
class Tutorial:
    """A directory in which the document is followed."""

    root: Path
    cells: list[str] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)
    """Command → its output."""

    def run(self) -> None:
        """Every block; the notebook before the command that follows its last cell."""
        for block in blocks(DOCUMENT):
            if block.language == "python":
                self.cells.append(block.text)
            elif block.language == "sh":
                if self.cells and not (self.root / "notebook").exists():
                    self._run_notebook()
                for line in block.lines:
                    if line != "bookrec serve":
                        self.said[line] = self.command(line)

    def command(self, line: str) -> str:
        words = line.split()
        assert words[0] == "bookrec", f"{line}: a command that nobody expected"
        with contextlib.chdir(self.root), patch.dict(os.environ), smaller_towers():
            os.environ.pop("BOOKREC_HOME", None)
            return self._succeeded(run_in_process(words), f"'{line}'")

    def _run_notebook(self) -> None:
        (self.root / "notebook.py").write_text(
            _WITHOUT_BOOKREC + "\n\n".join([*self.cells, _PREDICT]), encoding="utf-8"
        )
        result = subprocess.run(
            [notebook_python(), "notebook.py"],
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
        )
        self._succeeded(result, "the notebook")

    @staticmethod
    def _succeeded(result: subprocess.CompletedProcess[str], what: str) -> str:
        assert result.returncode == 0, f"{what}: {result.stdout[-3000:]}{result.stderr[-3000:]}"
        return result.stdout

    @property
    def snapshot(self) -> Path:
        home = Home(self.root)
        return home.snapshots / (read_pointer(home.snapshots) or "")


@pytest.fixture(scope="module")
def tutorial(tmp_path_factory: pytest.TempPathFactory) -> Tutorial:
    notebook_python()
    followed = Tutorial(tmp_path_factory.mktemp("tutorial"))
    followed.run()
    return followed


def test_the_document_has_the_commands_in_their_order(tutorial: Tutorial):
    assert [line.split()[1] for line in tutorial.said] == [
        "data",
        "data",
        "artifacts",
        "artifacts",
        "score",
        "snapshots",
        "accounts",
    ]
    assert any(
        block.lines == ["bookrec accounts invite 44", "bookrec serve"] for block in blocks(DOCUMENT)
    )


def test_the_mapping_is_what_the_document_shows(tutorial: Tutorial):
    shown = next(block for block in blocks(DOCUMENT) if block.text.startswith("input  "))
    said = tutorial.said["bookrec artifacts import notebook"].splitlines()
    for line in shown.lines:
        assert line == "…" or line.rstrip() in said


def test_nothing_is_wrong_with_the_model(tutorial: Tutorial):
    said = tutorial.said["bookrec artifacts check"]
    assert " 0 wrong." in said
    assert "ok       beats popularity" in said
    assert "ok       orders differ" in said


def without_offset(score: float, offset: float) -> float:
    """Probability of a logit from which ``offset`` is taken away."""
    return float(1 / (1 + (1 - score) / score * np.exp(offset)))


def test_published_scores_are_what_the_notebook_predicts(tutorial: Tutorial):
    """Without the book's offset, the list weights, scores are the notebook's predictions.

    Books whose ratings the notebook counts as bookrec does after cleaning are equal; the few others are
    near.
    """
    offset = np.load(tutorial.snapshot / "ranker" / "book_offset.npy")
    assert offset.std() > 0
    with np.load(tutorial.root / "predicted.npz") as file:
        predicted = dict(file)
    place = {isbn: number for number, isbn in enumerate(predicted["isbn"].tolist())}
    differences = []
    with contextlib.closing(sqlite3.connect(tutorial.snapshot / "snapshot.sqlite")) as database:
        for user_id, scores in zip(predicted["reader"].tolist(), predicted["score"], strict=True):
            rows = database.execute(
                "select isbn, score, book_id from user_top join reader using (reader_id) "
                "join book using (book_id) where user_id = ?",
                (str(user_id),),
            ).fetchall()
            differences += [
                abs(without_offset(score, offset[book_id - 1]) - scores[place[isbn]])
                for isbn, score, book_id in rows
                if isbn in place
            ]
    assert len(differences) > 200
    assert np.median(differences) < 1e-5
    assert np.max(differences) < 0.1


@contextlib.contextmanager
def served(tutorial: Tutorial) -> Iterator[str]:
    """``bookrec serve``, on a port that is free; ready."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "bookrec", "serve", "--port", str(port)],
        cwd=tutorial.root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        get(f"{address}/health/ready", tries=240)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def get(url: str, tries: int = 1) -> str:
    while True:
        tries -= 1
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                return answer.read().decode()
        except OSError:
            if not tries:
                raise
            time.sleep(0.25)


def test_the_site_serves_the_model(tutorial: Tutorial):
    link = tutorial.said["bookrec accounts invite 44"].splitlines()[0]
    with served(tutorial) as address:
        assert "<html" in get(f"{address}/books")
        assert "44" in get(address + link[link.index("/claim/") :])
        found = json.loads(get(f"{address}/api/v1/books?page_size=1"))
        similar = json.loads(
            get(f"{address}/api/v1/books/{found['items'][0]['isbn']}/similar?limit=3")
        )
        assert similar["snapshot_id"] == tutorial.snapshot.name


def test_likes_of_two_genres_give_two_shelves_by_the_imported_model(tutorial: Tutorial):
    genres = genres_by_isbn()
    likes = {subgenre: best_known_of(subgenre, 5) for subgenre in ("gothic", "golden-age")}
    shelves = {}
    with served(tutorial) as address, registration(address) as register:
        for subgenre, books in likes.items():
            source, shelves[subgenre] = register(f"reader-{subgenre}", books).shelf()
            assert source == "live"
    assert len(set(shelves["gothic"]) & set(shelves["golden-age"])) <= 10

    def alike(shelf: str, subgenre: str) -> int:
        return sum(bool(genres[isbn] & genres[likes[subgenre][0]]) for isbn in shelves[shelf])

    assert alike("gothic", "gothic") > alike("golden-age", "gothic")
    assert alike("golden-age", "golden-age") > alike("gothic", "golden-age")


def test_those_folded_in_are_told_apart_as_those_the_model_knows_are(tutorial: Tutorial):
    """Lists of readers whom the model knows, by their own rows and folded in from their books."""
    dataset = load_dataset(Home(tutorial.root))
    recommender = Recommender.load(tutorial.snapshot / "ranker")
    rows = np.load(tutorial.snapshot / "ranker" / "reader_rows.npy")
    positive = dataset.interactions[dataset.positive()]
    books = positive.groupby("reader_idx")["book_idx"].apply(lambda own: own.to_numpy()[:5])
    some = [reader for reader in books.index[books.map(len) == 5] if not np.isnan(rows[reader, 0])]
    lists: dict[str, list[set[int]]] = {"known": [], "folded in": []}
    for reader in some[:400:4]:
        own = books[reader]
        for name, row in ("known", rows[reader]), ("folded in", None):
            found, _ = recommender.top_n(own, np.zeros(5, np.int8), None, 10, row)
            lists[name].append(set(found.tolist()))
    known, folded = (
        np.mean([len(one & other) for one, other in itertools.combinations(found, 2)])
        for found in lists.values()
    )
    assert folded < 1.5 * known, f"books in common of 10: {known:.2f}, folded in {folded:.2f}"


def test_the_night_scores_new_readers_with_the_imported_model(tutorial: Tutorial):
    likes = best_known_of("russian", 5)
    with served(tutorial) as address, registration(address) as register:
        reader = register("yesterdays", likes)
        source, live = reader.shelf()
        assert source == "live"
        said = tutorial.command("bookrec nightly")
        assert "imported-" in next(line for line in said.splitlines() if " model: " in line)
        time.sleep(1.2)  # a worker looks at what is published at most once a second
        source, published = reader.shelf()
    assert source == "precomputed"
    assert published == live
