"""Export of the ranker as arrays: the compiled ranker, which needs only NumPy, and the weights.

``weights.npz`` holds every weight of the Keras model by ``layer/weight``; ``weights.json`` has their
shapes and the graph of the layers. If the model can be split, ``ranker.npz`` and ``ranker.json`` hold
the compiled ranker (`ranker.layers`) for the catalogue of the data set, from readers and books to
logits.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Final

import keras
import numpy as np

from bookrec.ages import AGE_BANDS
from bookrec.arrays import Array, Floats, Ints
from bookrec.inference.ranker.split_ranker import SplitRanker
from bookrec.inference.ranker.storage import PROGRAM_NAME
from bookrec.json_types import JsonObject
from bookrec.offline.compile.keras_graph import model_logits
from bookrec.offline.data.histories import reader_histories
from bookrec.offline.data.interactions import all_interactions, reader_age_bands
from bookrec.offline.features.ranker_inputs import PAIR, READER
from bookrec.offline.models.exports.export_input import (
    SAMPLE_INPUTS,
    SAMPLE_OUTPUTS,
    ExportDescription,
    ExportInput,
    Signature,
)
from bookrec.offline.models.exports.ranker_sample import PAIRS, describe_score, keras_ms
from bookrec.offline.runtime.progress import Progress
from bookrec.offline.runtime.untyped import KerasModel

WEIGHTS: Final = ("weights.npz", "weights.json")
"""Files of the weights: arrays and graph."""
PROGRAM: Final = ("ranker.npz", "ranker.json")
"""Files of the compiled ranker: arrays and layers."""
CATALOGUE: Final = "catalogue.npz"
"""File of the ids of books and readers, in the order of the compiled ranker."""


def export_npz(export_input: ExportInput, directory: Path, progress: Progress) -> ExportDescription:
    """Write the weights by name, and the compiled ranker if the model can be split."""
    progress("weights by layer")
    write_weights(export_input.bundle.ranker, directory)
    encoders = export_input.write_encoders(directory)
    ranker = export_input.recommender.ranker
    figures: JsonObject = {"encoders": encoders, "program": isinstance(ranker, SplitRanker)}
    if not isinstance(ranker, SplitRanker):
        progress("the ranker cannot be split; only its weights are exported")
        return ExportDescription("example_weights", list(WEIGHTS), {}, {}, figures)
    progress("the compiled ranker")
    _write_program(ranker, directory)
    _write_catalogue(export_input, directory)
    figures["keras_ms"] = _write_sample(export_input, ranker, directory)
    files = [*PROGRAM, CATALOGUE, *WEIGHTS]
    inputs, outputs = _inputs(ranker), describe_score(export_input)
    return ExportDescription("example_npz", files, inputs, outputs, figures)


def write_weights(model: KerasModel, directory: Path) -> None:
    """Write `WEIGHTS`: the weights by Keras's paths, and Keras's configuration of the model."""
    arrays: dict[str, Array] = {
        weight.path: keras.ops.convert_to_numpy(weight) for weight in model.weights
    }
    np.savez(directory / WEIGHTS[0], allow_pickle=False, **arrays)
    description = {
        "weights": {name: list(array.shape) for name, array in arrays.items()},
        "model": json.loads(model.to_json()),
    }
    _write_json(directory / WEIGHTS[1], description)


def _write_program(ranker: SplitRanker, directory: Path) -> None:
    """Write the files of `ranker.storage` as one ``.npz`` and one JSON file."""
    arrays: dict[str, Array] = {}
    with tempfile.TemporaryDirectory() as name:
        ranker.save(Path(name))
        arrays |= {path.name: np.load(path) for path in sorted(Path(name).glob("*.npy"))}
        program = json.loads((Path(name) / PROGRAM_NAME).read_text(encoding="utf-8"))
    np.savez(directory / PROGRAM[0], allow_pickle=False, **arrays)
    _write_json(directory / PROGRAM[1], program)


def _write_catalogue(export_input: ExportInput, directory: Path) -> None:
    """Write the ISBNs in the compiled ranker's order, and the features of readers known by id."""
    dataset, rows = export_input.dataset, export_input.reader_rows
    arrays: dict[str, Array] = {"isbn": np.array(dataset.books["isbn"], dtype=np.str_)}
    if rows is not None:
        known = ~np.isnan(rows).any(axis=1)
        arrays["user_id"] = np.array(dataset.readers["user_id"].to_numpy()[known], dtype=np.str_)
        arrays[READER.name] = rows[known]
        arrays["age_band"] = reader_age_bands(dataset)[known]
    np.savez(directory / CATALOGUE, allow_pickle=False, **arrays)


def _write_sample(
    export_input: ExportInput, ranker: SplitRanker, directory: Path
) -> dict[str, float]:
    """Write the compiled ranker's inputs for sampled pairs, and the logits and scores of Keras.

    Returns:
        Milliseconds that Keras takes, from `keras_ms`.
    """
    readers, books = export_input.sample_pairs(PAIRS)
    keras_inputs = export_input.sample_inputs(PAIRS)
    logits = model_logits(export_input.bundle.ranker, keras_inputs)
    features, pairs = _reader_side(export_input, ranker, readers, books)
    bands = reader_age_bands(export_input.dataset)[readers]
    inputs: dict[str, Array] = {"age_band": bands, READER.name: features, "book": books}
    if ranker.pair_width:
        inputs[PAIR.name] = pairs
    np.savez(directory / SAMPLE_INPUTS, allow_pickle=False, **inputs)
    score = export_input.recommender.scores(logits)
    np.savez(directory / SAMPLE_OUTPUTS, allow_pickle=False, logit=logits, score=score)
    return keras_ms(export_input, keras_inputs)


def _reader_side(
    export_input: ExportInput, ranker: SplitRanker, readers: Ints, books: Ints
) -> tuple[Floats, Floats]:
    """[n, F] reader features and [n, P] pair features of ``n`` sampled readers and books."""
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
        book = books[number : number + 1]
        tower = recommender.retrieval.tower_scores_of(retriever_scores, book)
        features[number] = recommender.reader_features(reader.history, retriever_scores)
        pairs[number] = recommender.retrieval.pair_features(retriever_scores, book, tower)[0]
    return features, pairs


def _inputs(ranker: SplitRanker) -> Signature:
    entries = {
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
        entries[PAIR.name] = ("float32", width, "pair features of retrieval")
    return {
        name: {"dtype": dtype, "shape": shape, "meaning": meaning}
        for name, (dtype, shape, meaning) in entries.items()
    }


def _write_json(path: Path, content: JsonObject) -> None:
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
