"""Trains the ranker of preset ``classic``: is an interaction explicit (rating > 0)?

Its embeddings are counted (`ranking.target_encoding`), its network is learnt. The network
learns from embeddings that have not seen the interaction it is to predict: interactions are dealt
into folds, and those of a fold are told what the others say. What the finished model looks up is
counted from all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.features.book_features import BookFeatures, as_columns
from bookrec.offline.features.book_statistics import book_statistics, fit_scaler
from bookrec.offline.features.ranker_inputs import AGE_BAND, CLASSIC_INPUTS, USER_ID
from bookrec.offline.ranking.target_encoding import ENCODED, Coded, coded, encode
from bookrec.offline.runtime.keras_progress import EpochBar


@dataclass(frozen=True)
class ClassicSettings:
    """Knobs of the classic ranker's training."""

    epochs: int = 4
    batch_size: int = 1024
    learning_rate: float = 3e-3
    unknown_rate: float = 0.01
    """Share of each id input masked to 0, which trains "unknown"."""
    folds: int = 5
    """Parts of the interactions; each is told what the others say of its ids."""
    weight_per_id: bool = False
    """A weight for each id in the wide part, instead of one for the id as a number."""


class RawIdAdam(keras.optimizers.Adam):
    """Adam whose step on the wide kernel is divided by the range of the raw id it multiplies.

    Adam moves every weight by about the learning rate, whatever its gradient; on an id of 75,000
    one such step moves the logit by 75 and saturates the logistic function for good.
    """

    def __init__(self, wide_kernel: Any, id_ranges: list[int], **settings: Any) -> None:
        super().__init__(**settings)
        self._wide_kernel = wide_kernel
        self._wide_rates = 1.0 / np.asarray(id_ranges, dtype=np.float32)[:, None]

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        # Keras on TensorFlow hands over the variable inside its own.
        if variable is self._wide_kernel or variable is self._wide_kernel.value:
            learning_rate = keras.ops.cast(learning_rate, "float32") * self._wide_rates
        super().update_step(gradient, variable, learning_rate)


def train_classic(
    model: Any,
    interactions: Interactions,
    user_codes: Ints,
    features: BookFeatures,
    age_bands: Ints,
    settings: ClassicSettings,
    seed: int,
) -> None:
    """Fit ``model`` (of `build_classic`, changed in place) to rating > 0 among ``interactions``.

    Args:
        user_codes, age_bands: [readers].
        features: of the catalogue, numbers counted from and scaled to these ``interactions``.
    """
    keras.utils.set_random_seed(seed)
    rows = coded(interactions, user_codes, features, age_bands)
    batches = _Batches(rows, interactions, features, _sizes(model), settings, seed)
    schedule = keras.optimizers.schedules.CosineDecay(
        settings.learning_rate, settings.epochs * len(batches), alpha=0.05
    )
    # Of a copy: a model that begins inside another leaves marks there, and Keras cannot save that.
    copy = keras.models.clone_model(model)
    network = _network(copy)
    network.compile(
        optimizer=_optimizer(copy, schedule), loss="binary_crossentropy", jit_compile=False
    )
    bar = EpochBar("ranker: training")
    network.fit(batches, epochs=settings.epochs, verbose=0, callbacks=[bar], shuffle=False)
    model.set_weights(copy.get_weights())
    _set_embeddings(model, rows)


def refit_classic(
    model: Any,
    interactions: Interactions,
    user_codes: Ints,
    features: BookFeatures,
    age_bands: Ints,
) -> None:
    """Count the embeddings of a trained ``model`` anew (in place); its network stays."""
    _set_embeddings(model, coded(interactions, user_codes, features, age_bands))


def classic_inputs(
    interactions: Interactions, user_codes: Ints, features: BookFeatures, age_bands: Ints
) -> dict[str, NDArray[Any]]:
    """The classic ranker's inputs for some (reader, book) pairs; each [pairs, width]."""
    of_books = features.inputs(interactions.book_idx)
    inputs: dict[str, NDArray[Any]] = {
        ranker_input.name: of_books[ranker_input.name]
        for ranker_input in CLASSIC_INPUTS
        if ranker_input.side == "book"
    }
    inputs[USER_ID.name] = user_codes[interactions.reader_idx]
    inputs[AGE_BAND.name] = age_bands[interactions.reader_idx]
    return as_columns(inputs)


def _sizes(model: Any) -> list[int]:
    """How many codes each id has."""
    return [model.get_layer(f"embedding_{encoded.stem}").input_dim for encoded in ENCODED]


def _set_embeddings(model: Any, rows: Coded) -> None:
    for encoded, table in zip(ENCODED, encode(rows, _sizes(model)), strict=True):
        model.get_layer(f"embedding_{encoded.stem}").set_weights([table])


def _network(model: Any) -> Any:
    """``model`` behind its lookups: the ids for the wide part, and what the deep part is given.

    Its layers are those of ``model``.
    """
    ids = [model.get_layer(encoded.name).output for encoded in ENCODED]
    return keras.Model([*ids, model.get_layer("deep_inputs").output], model.output)


def _optimizer(model: Any, schedule: Any) -> Any:
    wide = model.get_layer("wide")
    if isinstance(wide, keras.layers.Dense):
        return RawIdAdam(wide.kernel, _sizes(model), learning_rate=schedule)
    return keras.optimizers.Adam(schedule)


class _Batches(keras.utils.PyDataset):
    """Shuffled batches with some ids masked to unknown, each told of the other folds only."""

    def __init__(
        self,
        rows: Coded,
        interactions: Interactions,
        features: BookFeatures,
        sizes: list[int],
        settings: ClassicSettings,
        seed: int,
    ) -> None:
        super().__init__()
        self.rows, self.book_idx, self.title = rows, interactions.book_idx, features.title
        self.settings, self.rng = settings, np.random.default_rng(seed)
        self.fold = self.rng.integers(0, settings.folds, len(rows))
        others = [self.fold != fold for fold in range(settings.folds)]
        by_fold = [encode(rows[kept], sizes) for kept in others]
        self.tables = [np.stack(tables) for tables in zip(*by_fold, strict=True)]
        """For each id [folds, codes, width]."""
        self.numbers = _numbers(interactions, others, len(features.isbn))
        self.on_epoch_end()

    def __len__(self) -> int:
        return max(1, len(self.rows) // self.settings.batch_size)

    def on_epoch_end(self) -> None:
        self.order = self.rng.permutation(len(self.rows))

    def __getitem__(self, number: int) -> tuple[tuple[NDArray[Any], ...], Floats]:
        size = self.settings.batch_size
        chosen = self.order[number * size : (number + 1) * size]
        batch, fold, books = self.rows[chosen], self.fold[chosen], self.book_idx[chosen]
        hidden = self.rng.random(batch.codes.shape) < self.settings.unknown_rate
        ids = np.where(hidden, 0, batch.codes).T
        embedded = [table[fold, codes] for table, codes in zip(self.tables, ids, strict=True)]
        deep = np.concatenate([*embedded, self.numbers[fold, books], self.title[books]], axis=1)
        return (*ids[:, :, None], deep), batch.explicit[:, None].astype(np.float32)


def _numbers(interactions: Interactions, parts: list[NDArray[np.bool_]], n_books: int) -> Floats:
    """[parts, B, 2] the books' average rating and number of ratings in parts of the interactions.

    Scaled as those of all interactions are: a book's only rating would else tell that it is one.
    """
    scaler = fit_scaler(book_statistics(interactions, n_books).numbers)
    return np.stack(
        [scaler(book_statistics(interactions[part], n_books).numbers) for part in parts]
    )
