"""Models made elsewhere, exported again: loaded without bookrec, they score as the original file."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bookrec.offline.data.dataset import load_dataset, save_dataset
from bookrec.offline.runtime.tensorflow_start import start_tensorflow
from bookrec.settings import Home
from notebook import add_statistics, ratings_table
from shapes import SHAPES, NotebookModel
from tiny_import import import_tiny
from without_bookrec import call_example, call_exports

start_tensorflow()

from bookrec.offline.models.exports.export_job import export_model  # noqa: E402

pytestmark = [pytest.mark.slow, pytest.mark.longest]


@dataclass
class Imported:
    home: Home
    made: NotebookModel
    bundle: Any
    pairs: Any
    """Table of readers and books that the model knows, as in a notebook."""


@pytest.fixture(scope="module")
def imports(tiny_home: Home, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Imported]:
    """Two models, by their shapes."""

    def imported(shape: str) -> Imported:
        root = tmp_path_factory.mktemp(f"export_{shape}")
        (root / "notebook").mkdir()
        home, dataset = Home(root / "home"), load_dataset(tiny_home)
        save_dataset(home, dataset)
        frame = add_statistics(ratings_table(dataset))
        made = SHAPES[shape](root / "notebook", frame)
        bundle = import_tiny(home, made.directory, dataset)
        known = frame[frame["user"].isin(made.readers) & frame["isbn"].isin(made.books)]
        return Imported(home, made, bundle, known.iloc[3:400:9])

    return {shape: imported(shape) for shape in ("classic", "two_inputs")}


@pytest.mark.parametrize("form", ["tflite", "onnx"])
def test_the_export_takes_the_notebooks_own_inputs(
    imports: dict[str, Imported], form: str, tmp_path: Path
):
    if form == "onnx" and importlib.util.find_spec("tf2onnx") is None:
        pytest.skip("tf2onnx is not installed (pip install 'bookrec[onnx]')")
    calls = []
    for shape, imported in imports.items():
        out = tmp_path / shape
        export_model(imported.home, imported.bundle.model_id, form, out, progress=lambda _: None)
        described = json.loads((out / "export.json").read_text())["inputs"]
        inputs = {
            name: values.reshape(len(imported.pairs), -1).astype(described[name]["dtype"])
            for name, values in imported.made.inputs(imported.pairs).items()
        }
        calls.append((out, [inputs]))
        encoders = sorted(path.name for path in (out / "encoders").iterdir())
        assert any(name.startswith("imported_") for name in encoders)
        assert not [name for name in encoders if name.endswith((".keras", ".h5", ".pkl"))]
    outputs = call_exports(tmp_path, calls)
    for (shape, imported), (output,) in zip(imports.items(), outputs, strict=True):
        expected = imported.made.predict(imported.pairs)
        assert np.ptp(expected) > 0.01
        np.testing.assert_allclose(output["score"], expected, atol=1e-5, rtol=1e-5, err_msg=shape)


@pytest.mark.parametrize("shape", ["classic", "two_inputs"])
def test_the_compiled_arrays_take_ids(imports: dict[str, Imported], shape: str, tmp_path: Path):
    imported, out = imports[shape], tmp_path / "out"
    export_model(imported.home, imported.bundle.model_id, "npz", out, progress=lambda _: None)
    with np.load(out / "catalogue.npz") as catalogue:
        isbns, users = catalogue["isbn"].tolist(), catalogue["user_id"].tolist()
        rows = [users.index(user) for user in imported.pairs["user"]]
        inputs = {
            "book": np.array([isbns.index(isbn) for isbn in imported.pairs["isbn"]]),
            "reader_features": catalogue["reader_features"][rows],
            "age_band": catalogue["age_band"][rows],
        }
    scores = call_example(out, tmp_path, **inputs)["score"]
    expected = imported.made.predict(imported.pairs)
    np.testing.assert_allclose(scores, expected, atol=1e-5, rtol=1e-5)
