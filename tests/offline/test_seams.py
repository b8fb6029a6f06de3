"""Seams: a retriever, preset, origin, backend, baseline or export is a module and a line."""

from __future__ import annotations

import ast
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bookrec.settings import Home
from requirements import REPOSITORY
from toy_project import ToyProject


@pytest.fixture
def toy(tmp_path: Path) -> ToyProject:
    """A copy of the package to add to."""
    return ToyProject.copy_to(tmp_path / "src")


TOY_SOURCE = """
citation = "The till, 2026."
prefix = "till"
rating_scale = "1-5"

[[tables]]
headers = ["Code", "Name", "By"]
needed = true
columns = { "Code" = "book_id", "Name" = "title", "By" = "author" }

[[tables]]
headers = ["Card", "Code", "Stars"]
needed = true
columns = { "Card" = "reader_id", "Code" = "book_id", "Stars" = "rating" }
rows = "ratings"
"""


def test_a_well_known_source_is_one_toml_file(toy: ToyProject, tmp_path: Path):
    toy.add_file("offline/data/mapping/known/till.toml", TOY_SOURCE)
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "goods.txt").write_text("Code;Name;By\n0141439513;Emma;Jane Austen\n")
    (raw / "sales.txt").write_text("Card;Code;Stars\n12;0141439513;4\n")
    home = tmp_path / "home"
    assert "1 kept" in toy.command(home, "data", "import", str(raw))
    assert "1 kept" in toy.command(home, "data", "import", str(raw), "--format", "till")
    script = """
import sys
from pathlib import Path

from bookrec.offline.data.dataset import load_dataset
from bookrec.offline.evaluation.measure.citations import citation
from bookrec.settings import Home

dataset = load_dataset(Home(Path(sys.argv[1])))
print(dataset.dataset_id.split("-")[0], dataset.manifest["rating_max"], citation(dataset))
"""
    assert toy.run(script, home) == "till 5 The till, 2026.\n"


SMALL_TRAINING = """
import sys
from pathlib import Path

from bookrec.offline.runtime.tensorflow_start import start_tensorflow

start_tensorflow()
import tensorflow as tf

tf.config.run_functions_eagerly(True)  # for a few steps, graphs cost more than they save
from bookrec.offline.ranking.ranker_settings import RankerSettings
from bookrec.offline.ranking.train_classic import ClassicSettings
from bookrec.offline.retrieval.two_tower_settings import TwoTowerSettings
from bookrec.offline.training.train import train
from bookrec.offline.training.train_settings import TrainSettings
from bookrec.settings import Home


def settings(preset):
    return TrainSettings(
        preset=preset,
        candidates=30,
        towers=TwoTowerSettings(embedding_size=4, hidden_size=8, epochs=1, steps=5),
        ranker=RankerSettings(
            candidates=30, negatives=8, catalogue_negatives=2, epochs=1, steps=5, rounds=1, trees=2
        ),
        classic=ClassicSettings(epochs=1, batch_size=256),
    )


home = Home(Path(sys.argv[1]))
"""

TOY_RETRIEVER = '''
"""Similar books are the next one on the shelf."""

import numpy as np

from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.retrieval.retriever_fit import RetrieverFit


def next_on_the_shelf(data):
    n_books = data.metadata.n_books
    following = (np.arange(n_books, dtype=np.int32) + 1) % n_books
    return SimilarityTable(np.arange(n_books + 1), following, np.full(n_books, 2.0, np.float32), 2.0)


TOY = RetrieverFit(next_on_the_shelf)
'''


@pytest.mark.slow
def test_a_retriever_is_one_module_and_one_line(toy: ToyProject, tiny_home_copy: Home):
    toy.add_module("offline.retrieval.toy", TOY_RETRIEVER)
    toy.add_line(
        "inference.retrievers",
        '    Retriever("ease"',
        '    Retriever("toy", 0.05, "bookrec.offline.retrieval.toy:TOY", "toy", "toy"),',
    )
    script = f"""{SMALL_TRAINING}
import numpy as np
from bookrec.inference.history import make_history
from bookrec.inference.pair_features import PAIR_FEATURES
from bookrec.inference.recommender import Recommender
from bookrec.inference.retrieval import QUOTA
from bookrec.offline.data.dataset import load_dataset
from bookrec.offline.evaluation.pipeline.scorers import PARTS
from bookrec.offline.models.bundle.bundle_files import load_bundle
from tiny_scoring import score_tiny

bundle = train(home, settings("default"), lambda line: None)
assert QUOTA["toy"] == 0.05
assert "toy_rank" in PAIR_FEATURES
assert bundle.ranker.get_layer("pair_features").output.shape[1] == len(PAIR_FEATURES)
assert "toy" in bundle.manifest["metrics"]
assert "toy alone" in PARTS
assert load_bundle(home).similarities.books["toy"].weight.tolist()[0] == 2.0
snapshot = score_tiny(home, bundle.model_id, load_dataset(home))
recommender = Recommender.load(snapshot / "ranker")
history = make_history(np.array([4]), np.array([9]))
scores = recommender.retrieval.score(history, 0)
assert scores.spread("toy", recommender.n_books).nonzero()[0].tolist() == [5]
print("done")
"""
    assert toy.run(script, tiny_home_copy.root) == "done\n"


TOY_PRESET = '''
"""A ranker trained like the classic one, with another aim in its manifest."""

from bookrec.offline.training.classic_preset import ClassicPreset


class ToyPreset(ClassicPreset):
    measures_parts = True

    def train(self, run):
        run.progress("toy training")
        return super().train(run)


TOY = ToyPreset()
'''


@pytest.mark.slow
def test_a_preset_is_one_module_and_one_line(toy: ToyProject, tiny_home_copy: Home):
    toy.add_module("offline.training.toy_preset", TOY_PRESET)
    toy.add_line(
        "offline.training.presets",
        '    "classic"',
        '    "toy": "bookrec.offline.training.toy_preset:TOY",',
    )
    assert "[default|classic|toy]" in toy.command(tiny_home_copy.root, "train", "--help")
    script = f"""{SMALL_TRAINING}
from bookrec.offline.data.dataset import load_dataset
from bookrec.offline.evaluation.pipeline.model_choice import training_settings
from bookrec.offline.evaluation.pipeline.scorers import PARTS, pipeline_of
from bookrec.offline.models.bundle.bundle_files import load_bundle

lines = []
bundle = train(home, settings("toy"), lines.append)
assert "toy training" in lines
assert bundle.model_id.startswith("toy-")
assert training_settings(home, "toy", 7, quick=False) == TrainSettings(preset="toy", seed=7)
assert training_settings(home, bundle.model_id, 7, quick=False) == settings("toy")
pipeline = pipeline_of(load_bundle(home), load_dataset(home), 1)
assert pipeline.parts == PARTS
assert pipeline.predicts == "explicit rating"
print("done")
"""
    assert toy.run(script, tiny_home_copy.root) == "done\n"


TOY_ORIGIN = '''
"""A ranker that came by post: stored like a trained one, and compared less strictly."""

from dataclasses import dataclass

from bookrec.offline.models.bundle.trained import Trained


@dataclass(frozen=True)
class Posted(Trained):
    trainable = False
    logit_tolerance = 0.5
    made = "posted for it"

    def save(self, ranker, directory):
        super().save(ranker, directory)
        (directory / "postmark.txt").write_text("Hue")
'''


@pytest.mark.slow
def test_an_origin_is_one_module_and_one_line(
    toy: ToyProject, tiny_bundles: dict[str, Any], tiny_home_copy: Home, tiny_home: Home
):
    model_id = tiny_bundles["default"].model_id
    if not (tiny_home_copy.models / model_id).exists():
        shutil.copytree(tiny_home.models / model_id, tiny_home_copy.models / model_id)
    toy.add_module("offline.models.bundle.posted", TOY_ORIGIN)
    toy.add_line(
        "offline.models.bundle.bundle_files",
        "    TRAINED:",
        '    "posted": "bookrec.offline.models.bundle.posted:Posted",',
    )
    script = """
import sys
from dataclasses import replace
from pathlib import Path

from bookrec.offline.runtime.tensorflow_start import start_tensorflow

start_tensorflow()
from bookrec.offline.data.dataset import load_dataset
from bookrec.offline.models.bundle.bundle_files import load_bundle, save_bundle
from bookrec.offline.models.bundle.posted import Posted
from bookrec.offline.scoring.job.verify import check_published
from bookrec.settings import Home
from tiny_scoring import score_tiny

home = Home(Path(sys.argv[1]))
trained = load_bundle(home, sys.argv[2])
manifest = trained.manifest | {"preset": "posted", "model_id": "posted-1"}
directory = save_bundle(home, replace(trained, origin=Posted(), manifest=manifest))
assert (directory / "postmark.txt").read_text() == "Hue"
bundle = load_bundle(home)
assert isinstance(bundle.origin, Posted)
dataset = load_dataset(home)
snapshot = score_tiny(home, "posted-1", dataset)
parity = check_published(snapshot, bundle, dataset, 50)
assert parity.holds and parity.logit_tolerance == 0.5
print("done")
"""
    assert toy.run(script, tiny_home_copy.root, model_id) == "done\n"


TOY_BACKEND = '''
"""Backend that scores book by book."""

import numpy as np

from bookrec.inference.ranker.numpy_backend import NumpyBackend


class ToyBackend:
    calls = 0

    def __init__(self, program):
        self.program, self.numpy = program, NumpyBackend(program)

    def logits(self, terms, books, pairs):
        ToyBackend.calls += 1
        if isinstance(books, slice):
            books = np.arange(books.start, books.stop, dtype=np.int32)
        features = [None] * len(books) if pairs is None else np.split(pairs, len(books))
        return np.array(
            [
                self.numpy.logits(terms, books[[place]], features[place])[0]
                for place in range(len(books))
            ],
            dtype=np.float32,
        )

    def catalogue_logits(self, terms, dense, out):
        for row, reader in enumerate(terms):
            pairs = np.zeros((self.program.n_books, self.program.pair_width), dtype=np.float32)
            if dense is not None:
                pairs[:, dense[0]] = dense[1][row]
            out[row] = self.logits(reader, slice(0, self.program.n_books), pairs)
'''


def test_a_catalogue_backend_is_one_file_and_one_line(toy: ToyProject):
    toy.add_module("offline.engines.toy_backend", TOY_BACKEND)
    toy.add_line(
        "offline.engines.catalogue_backends",
        '    "numpy"',
        '    "toy": "bookrec.offline.engines.toy_backend:ToyBackend",',
    )
    script = """
from dataclasses import replace

import numpy as np

from bookrec.offline.engines.catalogue_backends import with_backend
from bookrec.offline.engines.toy_backend import ToyBackend
from small_recommender import make_recommender

books, ratings = np.array([3, 8, 20]), np.array([9, 0, 7])
for candidates in (None, 15):
    recommender = replace(make_recommender(), candidates=candidates)
    expected = with_backend(recommender, "numpy").top_n(books, ratings, 30, 4)
    assert len(expected[0]) == 4
    before = ToyBackend.calls
    toy = with_backend(recommender, "toy")
    for values, wanted in zip(toy.top_n(books, ratings, 30, 4), expected):
        np.testing.assert_array_equal(values, wanted)
    assert ToyBackend.calls > before
print("done")
"""
    assert toy.run(script) == "done\n"


TOY_BASELINE = '''
"""Books by position, first ones last where the setting says so."""

from dataclasses import dataclass

import numpy as np

from bookrec.offline.evaluation.baselines.baseline import Baseline
from bookrec.offline.evaluation.holdout.leaks import Evidence


@dataclass(frozen=True)
class ByPosition:
    sign: float
    n_books: int

    def scores(self, readers):
        row = self.sign * np.arange(self.n_books, dtype=np.float32)
        return np.tile(row, (len(readers), 1))

    def evidence(self):
        return [Evidence("nothing", readers_of_book=np.zeros(self.n_books, dtype=np.int64))]


def fit(fit_data, settings):
    return ByPosition(settings["sign"], fit_data.n_books)


TOY = Baseline("toy", "Nobody, 2026", {"sign": (1.0, -1.0)}, fit)
'''


@pytest.mark.slow
def test_a_list_maker_is_one_file_and_one_line(
    toy: ToyProject, tiny_home_copy: Home, tmp_path: Path
):
    toy.add_module("offline.evaluation.baselines.toy", TOY_BASELINE)
    toy.add_line(
        "offline.evaluation.baselines.registry",
        '    "popularity"',
        '    "toy": "bookrec.offline.evaluation.baselines.toy:TOY",',
    )
    home, report = tiny_home_copy.root, tmp_path / "report"
    assert "popularity, toy, item-knn-cosine" in " ".join(
        toy.command(home, "evaluate", "--help").split()
    )
    options = ("--quick", "--model", "none", "--against", "popularity,toy")
    text = toy.command(home, "evaluate", *options, "--report", str(report))
    assert re.search(r"^ *toy +0\.\d", text, re.MULTILINE)
    found = json.loads((report / "report.json").read_text(encoding="utf-8"))
    assert list(found["scorers"]) == ["popularity", "toy"]
    scorer = found["scorers"]["toy"]
    assert (scorer["kind"], scorer["source"]) == ("baseline", "Nobody, 2026")
    assert 0 <= scorer["metrics"]["ndcg@20"] < 1
    assert found["tuning"]["toy"][0]["best"]["sign"] in (1.0, -1.0)
    assert len(found["tuning"]["toy"][0]["trials"]) == 2
    assert ">toy<" in (report / "report.html").read_text(encoding="utf-8")


TOY_EXPORT = '''
"""The weights of the ranker alone, in half precision."""

import numpy as np

from bookrec.offline.models.exports.export_input import ExportDescription
from bookrec.offline.models.exports.npz_export import WEIGHTS, write_weights


def export_toy(export_input, directory, progress):
    """Write the weights as float16."""
    progress("halving weights")
    write_weights(export_input.bundle.ranker, directory)
    with np.load(directory / WEIGHTS[0]) as file:
        halves = {name: array.astype(np.float16) for name, array in file.items()}
    np.savez(directory / WEIGHTS[0], **halves)
    return ExportDescription("example_weights", list(WEIGHTS), {}, {}, {"bits": 16})
'''


@pytest.mark.slow
def test_an_export_format_is_one_module_and_one_line(
    toy: ToyProject, tiny_bundles: dict[str, Any], tiny_home_copy: Home, tmp_path: Path
):
    toy.add_module("offline.models.exports.toy_export", TOY_EXPORT)
    toy.add_line(
        "offline.models.exports.registry",
        '    "npz"',
        '    "toy": ExportFormat("toy_export:export_toy"),',
    )
    model_id, home = tiny_bundles["default"].model_id, tiny_home_copy.root
    target = tmp_path / "out"
    options = ("--format", "toy", "--to", str(target))
    assert "halving weights" in toy.command(home, "artifacts", "export", model_id, *options)
    manifest = json.loads((target / "export.json").read_text(encoding="utf-8"))
    assert (manifest["format"], manifest["figures"]) == ("toy", {"bits": 16})
    assert manifest["check"]["weights"] > 0


def literals(path: Path) -> set[str]:
    """String constants of a module, without docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = {
        node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    } - texts


def modules_with(find: Callable[[str, set[str]], bool]) -> list[str]:
    """Modules of bookrec whose source or literals match."""
    source = REPOSITORY / "src" / "bookrec"
    return [
        str(path.relative_to(source))
        for path in sorted(source.rglob("*.py"))
        if find(path.read_text(encoding="utf-8"), literals(path))
    ]


def test_names_of_inputs_presets_and_origins_stand_in_their_registries_alone():
    from bookrec.offline.features.ranker_inputs import RANKER_INPUTS

    # "popularity" also names a baseline, a list of books and a column of reports.
    inputs = set(RANKER_INPUTS) - {"popularity"}
    standalone = "offline/models/exports/standalone/"  # imports nothing of bookrec
    named = modules_with(lambda _, texts: bool(texts & inputs))
    assert [name for name in named if not name.startswith(standalone)] == [
        "offline/features/ranker_inputs.py"
    ]
    assert modules_with(lambda _, texts: "classic" in texts) == ["offline/training/presets.py"]
    assert modules_with(lambda source, _: "imported is None" in source) == []
    assert modules_with(lambda source, _: "imported is not None" in source) == []
