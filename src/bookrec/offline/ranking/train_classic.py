"""Training of the ranker of preset ``classic``, which predicts whether an interaction is explicit.

An explicit interaction has a rating above 0. The embeddings are target encodings
(`ranking.target_encoding`); gradient descent trains the rest of the network. To avoid leaks, training
splits the interactions into folds and encodes each fold from the others. The finished model holds
encodings of all interactions.
"""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Array, Floats, Ints
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.features.book_features import BookFeatures, as_columns
from bookrec.offline.features.book_statistics import book_statistics, fit_scaler
from bookrec.offline.features.ranker_inputs import AGE_BAND, CLASSIC_INPUTS, USER_ID
from bookrec.offline.ranking.target_encoding import (
    ENCODED,
    CodedInteractions,
    code_interactions,
    encode,
)
from bookrec.offline.runtime.keras_progress import EpochBar
from bookrec.offline.runtime.untyped import KerasArgument, KerasModel, KerasOptimizer, KerasValue


@dataclass(frozen=True)
class ClassicSettings:
    """Hyperparameters of the classic ranker's training."""

    epochs: int = 4
    batch_size: int = 1024
    learning_rate: float = 3e-3
    unknown_rate: float = 0.01
    """Share of each id input masked to 0, which trains the row for "unknown"."""
    folds: int = 5
    """Number of folds of the interactions; the encodings of a fold come from the others."""
    weight_per_id: bool = False
    """Whether the wide part has a weight per id, instead of one weight for the id as a number."""


class RawIdAdam(keras.optimizers.Adam):
    """Adam that divides its step on each weight of the wide kernel by the range of the raw id.

    Adam moves every weight by about the learning rate, independent of the gradient. On an id of 75,000
    one such step moves the logit by 75, which saturates the logistic function for good.
    """

    def __init__(
        self, wide_kernel: KerasValue, id_ranges: list[int], **settings: KerasArgument
    ) -> None:
        """Optimise a model whose wide kernel is ``wide_kernel`` [ids, 1].

        Args:
            wide_kernel: Kernel of the wide part.
            id_ranges: Number of codes of each id.
            **settings: Settings of Adam.
        """
        super().__init__(**settings)
        self._wide_kernel = wide_kernel
        self._wide_rates = 1.0 / np.asarray(id_ranges, dtype=np.float32)[:, None]

    def update_step(
        self, gradient: KerasValue, variable: KerasValue, learning_rate: KerasValue
    ) -> None:
        """Update one variable."""
        # Keras on TensorFlow passes the backend's variable, not the Keras variable around it.
        if variable is self._wide_kernel or variable is self._wide_kernel.value:
            learning_rate = keras.ops.cast(learning_rate, "float32") * self._wide_rates
        super().update_step(gradient, variable, learning_rate)


def train_classic(
    model: KerasModel,
    interactions: Interactions,
    user_codes: Ints,
    features: BookFeatures,
    age_bands: Ints,
    settings: ClassicSettings,
    seed: int,
) -> None:
    """Fit ``model`` (of `build_classic`, changed in place) to predict rating > 0.

    Args:
        model: The model to train.
        interactions: Training interactions.
        user_codes: [R] id code of each reader; 0 = unknown.
        features: Book features of the catalogue, with numbers counted from ``interactions`` and scaled
            to them.
        age_bands: [R] age band of each reader.
        settings: Hyperparameters of the training.
        seed: Seed of Keras and of all other random draws.
    """
    keras.utils.set_random_seed(seed)
    rows = code_interactions(interactions, user_codes, features, age_bands)
    batches = _Batches(rows, interactions, features, _sizes(model), settings, seed)
    schedule = keras.optimizers.schedules.CosineDecay(
        settings.learning_rate, settings.epochs * len(batches), alpha=0.05
    )
    # A copy: a model built on inner tensors of another leaves nodes there, which Keras cannot save.
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
    model: KerasModel,
    interactions: Interactions,
    user_codes: Ints,
    features: BookFeatures,
    age_bands: Ints,
) -> None:
    """Encode the embeddings of a trained ``model`` again (in place); its other weights stay.

    Args:
        model: The trained model.
        interactions: Interactions to encode from.
        user_codes: [R] id code of each reader; 0 = unknown.
        features: Book features of the catalogue.
        age_bands: [R] age band of each reader.
    """
    _set_embeddings(model, code_interactions(interactions, user_codes, features, age_bands))


def classic_inputs(
    interactions: Interactions, user_codes: Ints, features: BookFeatures, age_bands: Ints
) -> dict[str, Array]:
    """Inputs of the classic ranker for the pairs of ``interactions``, [pairs, width] by name.

    ``user_codes`` and ``age_bands`` are [R].
    """
    book_inputs = features.inputs(interactions.book_idx)
    inputs: dict[str, Array] = {
        ranker_input.name: book_inputs[ranker_input.name]
        for ranker_input in CLASSIC_INPUTS
        if ranker_input.side == "book"
    }
    inputs[USER_ID.name] = user_codes[interactions.reader_idx]
    inputs[AGE_BAND.name] = age_bands[interactions.reader_idx]
    return as_columns(inputs)


def _sizes(model: KerasModel) -> list[int]:
    """Number of codes of each id of `ENCODED`."""
    return [model.get_layer(f"embedding_{encoded.stem}").input_dim for encoded in ENCODED]


def _set_embeddings(model: KerasModel, rows: CodedInteractions) -> None:
    for encoded, table in zip(ENCODED, encode(rows, _sizes(model)), strict=True):
        model.get_layer(f"embedding_{encoded.stem}").set_weights([table])


def _network(model: KerasModel) -> KerasModel:
    """``model`` without its lookups, with common layers.

    Its inputs are the ids, for the wide part, and the concatenated inputs of the deep part.
    """
    ids = [model.get_layer(encoded.name).output for encoded in ENCODED]
    return keras.Model([*ids, model.get_layer("deep_inputs").output], model.output)


def _optimizer(model: KerasModel, schedule: KerasArgument) -> KerasOptimizer:
    wide = model.get_layer("wide")
    if isinstance(wide, keras.layers.Dense):
        return RawIdAdam(wide.kernel, _sizes(model), learning_rate=schedule)
    return keras.optimizers.Adam(schedule)


class _Batches(keras.utils.PyDataset):
    """Shuffled batches with some ids masked to unknown and encodings from the other folds."""

    def __init__(
        self,
        rows: CodedInteractions,
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
        by_fold = [encode(rows[mask], sizes) for mask in others]
        self.tables = [np.stack(tables) for tables in zip(*by_fold, strict=True)]
        """[folds, codes, width] encodings of each id."""
        self.numbers = _numbers(interactions, others, len(features.isbn))
        self.on_epoch_end()

    def __len__(self) -> int:
        return max(1, len(self.rows) // self.settings.batch_size)

    def on_epoch_end(self) -> None:
        self.order = self.rng.permutation(len(self.rows))

    def __getitem__(self, number: int) -> tuple[tuple[Array, ...], Floats]:
        size = self.settings.batch_size
        chosen = self.order[number * size : (number + 1) * size]
        batch, fold, books = self.rows[chosen], self.fold[chosen], self.book_idx[chosen]
        hidden = self.rng.random(batch.codes.shape) < self.settings.unknown_rate
        ids = np.where(hidden, 0, batch.codes).T
        embedded = [table[fold, codes] for table, codes in zip(self.tables, ids, strict=True)]
        deep = np.concatenate([*embedded, self.numbers[fold, books], self.title[books]], axis=1)
        return (*ids[:, :, None], deep), batch.explicit[:, None].astype(np.float32)


def _numbers(interactions: Interactions, parts: list[NDArray[np.bool_]], n_books: int) -> Floats:
    """[parts, B, 2] average rating and number of ratings of each book in parts of the interactions.

    The scaler is fitted to all interactions. Scaling each part by itself would reveal which book's
    only rating was left out.
    """
    scaler = fit_scaler(book_statistics(interactions, n_books).numbers)
    return np.stack(
        [scaler(book_statistics(interactions[part], n_books).numbers) for part in parts]
    )
