"""Progress bars and learning curves of Keras trainings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import keras
from tqdm import tqdm

from bookrec.offline.runtime.untyped import ProgressBar

Curves = dict[str, list[float]]
"""Label of a progress bar → training loss of each epoch."""
_CURVES: ContextVar[Curves | None] = ContextVar("curves", default=None)


@contextmanager
def recorded_curves() -> Iterator[Curves]:
    """Record the training loss of every epoch inside the block, by the label of its progress bar."""
    curves: Curves = {}
    token = _CURVES.set(curves)
    try:
        yield curves
    finally:
        _CURVES.reset(token)


def record_loss(label: str, loss: float) -> None:
    """Add the loss of an epoch to a curve, inside a block of `recorded_curves`."""
    curves = _CURVES.get()
    if curves is not None:
        curves.setdefault(label, []).append(loss)


class EpochBar(keras.callbacks.Callback):
    """A progress bar over all batches of all epochs, with the running loss; hidden without terminal."""

    def __init__(self, label: str) -> None:
        super().__init__()
        self.label = label
        self.bar: ProgressBar = None

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Show the bar."""
        total = self.params["epochs"] * (self.params["steps"] or 0)
        self.bar = tqdm(total=total or None, desc=self.label, disable=None, leave=False)

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Advance the bar; show the loss every 50 batches."""
        self.bar.update()
        if logs and batch % 50 == 0:
            self.bar.set_postfix(loss=f"{logs['loss']:.3f}")

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Record the loss of the epoch."""
        record_loss(self.label, float((logs or {}).get("loss", float("nan"))))

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Remove the bar."""
        self.bar.close()
