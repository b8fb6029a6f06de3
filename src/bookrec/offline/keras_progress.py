"""A progress bar for ``fit`` that falls silent where nobody watches."""

from __future__ import annotations

from typing import Any

import keras
from tqdm import tqdm


class EpochBar(keras.callbacks.Callback):
    """One bar over all batches of all epochs, with the running loss."""

    def __init__(self, label: str) -> None:
        super().__init__()
        self.label = label
        self.bar: Any = None

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        total = self.params["epochs"] * (self.params["steps"] or 0)
        self.bar = tqdm(total=total or None, desc=self.label, disable=None, leave=False)

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self.bar.update()
        if logs and batch % 50 == 0:
            self.bar.set_postfix(loss=f"{logs['loss']:.3f}")

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        self.bar.close()
