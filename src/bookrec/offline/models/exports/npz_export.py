"""The ranker as plain arrays: the compiled one, which NumPy alone runs, and the weights by name.

``weights.npz`` holds every weight of the Keras model by ``layer/weight``, and ``weights.json`` their
shapes and how the layers hang together. Where the model can be split, ``ranker.npz`` and
``ranker.json`` are the program of `ranker.layers` for the catalogue of the data set: reader and
book in, logit out.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any, Final

import keras
import numpy as np

from bookrec.ages import AGE_BANDS
from bookrec.arrays import Floats, Ints
from bookrec.inference.ranker.split_ranker import SplitRanker
from bookrec.inference.ranker.storage import PROGRAM_NAME
from bookrec.offline.compile.keras_graph import model_logits
from bookrec.offline.data.histories import reader_histories
from bookrec.offline.data.interactions import all_interactions, reader_age_bands
from bookrec.offline.features.ranker_inputs import PAIR, READER
from bookrec.offline.models.exports.encoders import write_encoders
from bookrec.offline.models.exports.export_input import (
    SAMPLE_INPUTS,
    SAMPLE_OUTPUTS,
    Described,
    ExportInput,
)
from bookrec.offline.models.exports.ranker_sample import PAIRS, describe_score, keras_ms
from bookrec.offline.runtime.progress import Progress

WEIGHTS: Final = ("weights.npz", "weights.json")
PROGRAM: Final = ("ranker.npz", "ranker.json")
CATALOGUE: Final = "catalogue.npz"


def export_npz(export_input: ExportInput, directory: Path, progress: Progress) -> Described:
    """Write weights by name, and the compiled ranker for this catalogue where there is one."""
    progress("weights by layer")
    write_weights(export_input.bundle.ranker, directory)
    encoders = write_encoders(export_input, directory)
    ranker = export_input.recommender.ranker
    figures: dict[str, Any] = {"encoders": encoders, "program": isinstance(ranker, SplitRanker)}
    if not isinstance(ranker, SplitRanker):
        progress("the ranker cannot be split, so there is no program beside its weights")
        return Described("example_weights", list(WEIGHTS), {}, {}, figures)
    progress("the compiled ranker")
    _write_program(ranker, directory)
    _write_catalogue(export_input, directory)
    figures["keras_ms"] = _write_sample(export_input, ranker, directory)
    files = [*PROGRAM, CATALOGUE, *WEIGHTS]
    return Described("example_npz", files, _inputs(ranker), describe_score(export_input), figures)


def write_weights(model: Any, directory: Path) -> None:
    """Write `WEIGHTS`: arrays as Keras holds them, by path, and Keras's own account of the layers."""
    arrays = {weight.path: keras.ops.convert_to_numpy(weight) for weight in model.weights}
    np.savez(directory / WEIGHTS[0], allow_pickle=False, **arrays)
    described = {
        "weights": {name: list(array.shape) for name, array in arrays.items()},
        "model": json.loads(model.to_json()),
    }
    _write_json(directory / WEIGHTS[1], described)


def _write_program(ranker: SplitRanker, directory: Path) -> None:
    """Put what `ranker.storage` writes as many files into one ``.npz``."""
    with tempfile.TemporaryDirectory() as name:
        ranker.save(Path(name))
        arrays = {path.name: np.load(path) for path in sorted(Path(name).glob("*.npy"))}
        program = json.loads((Path(name) / PROGRAM_NAME).read_text(encoding="utf-8"))
    columns: dict[str, Any] = arrays
    np.savez(directory / PROGRAM[0], allow_pickle=False, **columns)
    _write_json(directory / PROGRAM[1], program)


def _write_catalogue(export_input: ExportInput, directory: Path) -> None:
    """ISBNs in the order of the books' terms, and the rows of readers known by id."""
    dataset, rows = export_input.dataset, export_input.reader_rows
    arrays: dict[str, Any] = {"isbn": np.array(dataset.books["isbn"], dtype=np.str_)}
    if rows is not None:
        known = ~np.isnan(rows).any(axis=1)
        arrays["user_id"] = np.array(dataset.readers["user_id"].to_numpy()[known], dtype=np.str_)
        arrays[READER.name] = rows[known]
        arrays["age_band"] = reader_age_bands(dataset)[known]
    np.savez(directory / CATALOGUE, allow_pickle=False, **arrays)


def _write_sample(
    export_input: ExportInput, ranker: SplitRanker, directory: Path
) -> dict[str, float]:
    """Real pairs as the program is told of them, and the logits and scores that Keras gives.

    Returns:
        Milliseconds that Keras itself takes.
    """
    readers, books = export_input.sample_pairs(PAIRS)
    told = export_input.sample_inputs(PAIRS)
    logits = model_logits(export_input.bundle.ranker, told)
    features, pairs = _reader_side(export_input, ranker, readers, books)
    bands = reader_age_bands(export_input.dataset)[readers]
    inputs: dict[str, Any] = {"age_band": bands, READER.name: features, "book": books}
    if ranker.pair_width:
        inputs[PAIR.name] = pairs
    np.savez(directory / SAMPLE_INPUTS, allow_pickle=False, **inputs)
    score = export_input.recommender.scores(logits)
    np.savez(directory / SAMPLE_OUTPUTS, allow_pickle=False, logit=logits, score=score)
    return keras_ms(export_input, told)


def _reader_side(
    export_input: ExportInput, ranker: SplitRanker, readers: Ints, books: Ints
) -> tuple[Floats, Floats]:
    """[pairs, F] reader features and [pairs, P] pair features of the sample."""
    rows, recommender = export_input.reader_rows, export_input.recommender
    if rows is not None:
        return rows[readers], np.zeros((len(readers), ranker.pair_width), dtype=np.float32)
    interactions = all_interactions(export_input.dataset)
    owners, histories = reader_histories(export_input.dataset, interactions, None)
    places = np.searchsorted(owners, readers)
    features = np.empty((len(readers), ranker.reader_width), dtype=np.float32)
    pairs = np.empty((len(readers), ranker.pair_width), dtype=np.float32)
    for number, reader in enumerate(histories.some(places).readers()):
        retriever_scores = recommender.retrieval.score(reader.history, reader.age_band)
        one = books[number : number + 1]
        tower = recommender.retrieval.tower_scores_of(retriever_scores, one)
        features[number] = recommender.reader_features(reader.history, retriever_scores)
        pairs[number] = recommender.retrieval.pair_features(retriever_scores, one, tower)[0]
    return features, pairs


def _inputs(ranker: SplitRanker) -> dict[str, dict[str, Any]]:
    described = {
        "age_band": ("int32", [None], f"code of {', '.join(AGE_BANDS)}"),
        READER.name: (
            "float32",
            [None, ranker.reader_width],
            "a row of catalogue.npz for a reader the ranker knows by id, else history features",
        ),
        "book": ("int32", [None], "position in catalogue.npz's isbn"),
    }
    if ranker.pair_width:
        width = [None, ranker.pair_width]
        described[PAIR.name] = ("float32", width, "what retrieval says of the pair")
    return {
        name: {"dtype": dtype, "shape": shape, "meaning": meaning}
        for name, (dtype, shape, meaning) in described.items()
    }


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
