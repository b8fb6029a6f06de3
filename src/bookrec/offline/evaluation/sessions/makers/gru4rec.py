"""GRU4Rec: a recurrent network that predicts the next book of a visit from all before it.

Hidasi et al., "Session-based recommendations with recurrent neural networks", ICLR 2016. One layer of
gated recurrent units stands between an embedding and an output per book. The loss is the cross-entropy
over the whole catalogue, which needs no sampling. Keras trains the network; a request runs its matrix
products in NumPy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bookrec.arrays import Floats, Ints
from bookrec.offline.evaluation.baselines.baseline import Settings
from bookrec.offline.evaluation.holdout.leaks import Evidence
from bookrec.offline.evaluation.sessions.makers.item_knn import visit_matrix
from bookrec.offline.evaluation.sessions.makers.maker import (
    Quiet,
    Request,
    SessionMaker,
    VisitFitData,
    best_unseen,
    counts_evidence,
    visits_evidence,
)
from bookrec.offline.retrieval.visits import Visits
from bookrec.offline.runtime.untyped import KerasModel

_STEPS = 40
"""Events of a training sequence, and events that a request looks back on, at most."""
_WHOLE = 0.95
"""Share of the visits that are not cut."""
_BATCH = 128
_RATE = 2e-3


@dataclass(frozen=True)
class Gru:
    """Weights of the network; width D, gates in the order update, reset, candidate."""

    embedding: Floats
    """[B + 1, D]; row 0 is padding, book b has row b + 1."""
    kernel: Floats
    """[D, 3 D] of the input."""
    recurrent: Floats
    """[D, 3 D] of the state."""
    bias: Floats
    """[2, 3 D] of input and state."""
    output: Floats
    """[D, B]."""
    output_bias: Floats
    """[B]."""

    def logits(self, books: Ints) -> Floats:
        """[B] logits of the book after ``books``, the earliest first."""
        width = self.output.shape[0]
        inputs = self.embedding[books + 1] @ self.kernel + self.bias[0]
        state = np.zeros(width, dtype=np.float32)
        for row in inputs:
            inner = state @ self.recurrent + self.bias[1]
            gates = 1.0 / (1.0 + np.exp(-(row[: 2 * width] + inner[: 2 * width])))
            update, reset = gates[:width], gates[width:]
            candidate = np.tanh(row[2 * width :] + reset * inner[2 * width :])
            state = update * state + (1.0 - update) * candidate
        return np.asarray(state @ self.output + self.output_bias, dtype=np.float32)


@dataclass(frozen=True)
class Gru4Rec(Quiet):
    """A trained network, and what it was trained on."""

    network: Gru
    counts: NDArray[np.int64]
    visits: sparse.csr_matrix
    ids: NDArray[np.int64]

    def top(self, request: Request, count: int) -> Ints:
        """See `ListMaker.top`."""
        logits = self.network.logits(request.seen[-_STEPS:])
        return best_unseen(logits, request.seen, count)

    def evidence(self) -> list[Evidence]:
        """See `ListMaker.evidence`."""
        return [*counts_evidence(self.counts), visits_evidence(self.visits, self.ids)]


def sequences(visits: Visits) -> tuple[Ints, Ints]:
    """Training sequences: [n, steps] codes of books, 1 + position and 0 for padding, and the next ones.

    A visit longer than most is cut into several, which saves padding; each part begins with the last
    event of the one before.
    """
    longest = int(np.clip(np.quantile(visits.lengths - 1, _WHOLE), 1, _STEPS))
    parts = [
        books[first : first + longest + 1] + 1
        for books in (visits.books_of(place) for place in range(len(visits)))
        for first in range(0, len(books) - 1, longest)
    ]
    steps = max(len(part) for part in parts) - 1
    shown, following = (np.zeros((len(parts), steps), dtype=np.int32) for _ in range(2))
    for row, part in enumerate(parts):
        shown[row, : len(part) - 1] = part[:-1]
        following[row, : len(part) - 1] = part[1:]
    return shown, following


def build(n_books: int, size: int, dropout: float) -> KerasModel:
    """Build an untrained network: [batch, steps] codes → [batch, steps, B] logits."""
    import keras

    codes = keras.Input((None,), dtype="int32")
    embedded = keras.layers.Embedding(n_books + 1, size, mask_zero=True)(codes)
    dropped = keras.layers.Dropout(dropout)(embedded)
    states = keras.layers.GRU(size, return_sequences=True)(dropped)
    logits = keras.layers.Dense(n_books)(keras.layers.Dropout(dropout)(states))
    return keras.Model(codes, logits)


def weights_of(model: KerasModel) -> Gru:
    """Take the weights out of a network."""
    return Gru(*(np.asarray(weights, dtype=np.float32) for weights in model.get_weights()))


def _train(visits: Visits, settings: Settings, seed: int) -> Gru:
    import keras

    keras.utils.set_random_seed(seed)
    model = build(visits.n_books, settings["size"], settings["dropout"])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(_RATE), loss)
    shown, following = sequences(visits)
    model.fit(
        shown,
        np.maximum(following - 1, 0),
        sample_weight=(following > 0).astype(np.float32),
        batch_size=_BATCH,
        epochs=settings["epochs"],
        verbose=0,
    )
    return weights_of(model)


def _fit(data: VisitFitData, settings: Settings) -> Gru4Rec:
    from bookrec.offline.runtime.tensorflow_start import start_tensorflow

    start_tensorflow()
    network = _train(data.visits, settings, data.seed)
    return Gru4Rec(network, data.counts, visit_matrix(data.visits), data.visits.ids)


GRU4REC = SessionMaker(
    "gru4rec",
    "Hidasi et al., ICLR 2016",
    {"epochs": (8, 16, 4), "size": (100, 64), "dropout": (0.2, 0.4)},
    _fit,
)
