"""Trains the ranker of preset ``classic``: is an interaction explicit (rating > 0)?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from bookrec.offline.features import BookFeatures, Interactions, as_columns
from bookrec.offline.keras_progress import EpochBar
from bookrec.ranker import Ints

_ID_INPUTS = (
    "user_id_encoded", "isbn_encoded", "author_encoded", "publisher_encoded", "year_encoded",
    "age_binned_encoded",
)  # fmt: skip


@dataclass(frozen=True)
class ClassicSettings:
    """Knobs of the classic ranker's training."""

    epochs: int = 4
    batch_size: int = 4096
    learning_rate: float = 1e-3
    unknown_rate: float = 0.1
    """Share of each id input masked to 0, which trains "unknown"."""


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
    """
    keras.utils.set_random_seed(seed)
    ranges = [
        model.get_layer(f"embedding_{name.removesuffix('_encoded')}").input_dim
        for name in _ID_INPUTS
    ]
    batches = _Batches(
        interactions, user_codes, features, age_bands, settings, np.random.default_rng(seed)
    )
    schedule = keras.optimizers.schedules.CosineDecay(
        settings.learning_rate, settings.epochs * len(batches), alpha=0.05
    )
    optimizer = RawIdAdam(model.get_layer("wide").kernel, ranges, learning_rate=schedule)
    model.compile(optimizer=optimizer, loss="binary_crossentropy", jit_compile=False)
    bar = EpochBar("ranker: training")
    model.fit(batches, epochs=settings.epochs, verbose=0, callbacks=[bar], shuffle=False)


def classic_inputs(
    interactions: Interactions, user_codes: Ints, features: BookFeatures, age_bands: Ints
) -> dict[str, NDArray[Any]]:
    """The classic ranker's inputs for some (reader, book) pairs; each [pairs, width]."""
    inputs: dict[str, NDArray[Any]] = dict(features.inputs(interactions.book_idx))
    del inputs["popularity"]
    inputs["user_id_encoded"] = user_codes[interactions.reader_idx]
    inputs["age_binned_encoded"] = age_bands[interactions.reader_idx]
    return as_columns(inputs)


class _Batches(keras.utils.PyDataset):
    """Shuffled batches with some ids masked to unknown."""

    def __init__(
        self,
        interactions: Interactions,
        user_codes: Ints,
        features: BookFeatures,
        age_bands: Ints,
        settings: ClassicSettings,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        self.interactions, self.user_codes = interactions, user_codes
        self.features, self.age_bands = features, age_bands
        self.settings, self.rng = settings, rng
        self.on_epoch_end()

    def __len__(self) -> int:
        return max(1, len(self.interactions) // self.settings.batch_size)

    def on_epoch_end(self) -> None:
        self.order = self.rng.permutation(len(self.interactions))

    def __getitem__(self, number: int) -> tuple[dict[str, NDArray[Any]], NDArray[np.float32]]:
        size = self.settings.batch_size
        batch = self.interactions[self.order[number * size : (number + 1) * size]]
        inputs = classic_inputs(batch, self.user_codes, self.features, self.age_bands)
        for name in _ID_INPUTS:
            hidden = self.rng.random((len(batch), 1)) < self.settings.unknown_rate
            inputs[name] = np.where(hidden, 0, inputs[name])
        return inputs, (batch.rating > 0).astype(np.float32)[:, None]
