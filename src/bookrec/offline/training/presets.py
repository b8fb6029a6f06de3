"""Presets: architectures of the ranker with their training.

To add one, write a module with a `Preset` and add a line to `PRESETS`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Final, Literal

from bookrec.arrays import Floats
from bookrec.errors import ModelError
from bookrec.offline.runtime.untyped import KerasModel

if TYPE_CHECKING:
    # The command line lists presets without Keras.
    from bookrec.offline.retrieval.fit_retrievers import FittedRetrievers
    from bookrec.offline.training.calibration import CalibrationSample
    from bookrec.offline.training.run import TrainingRun
    from bookrec.offline.training.train_settings import TrainSettings
    from bookrec.offline.training.validation import Metrics

PRESETS: Final = {
    "default": "bookrec.offline.training.default_preset:DEFAULT",
    "classic": "bookrec.offline.training.classic_preset:CLASSIC",
}
"""Name of each preset → ``module:attribute`` of its `Preset`."""

DEFAULT_PRESET: Final = next(iter(PRESETS))
"""Name of the preset that ``train`` uses by default."""


@dataclass(frozen=True)
class TrainedRanker:
    """A ranker after training, and what it was trained on."""

    model: KerasModel
    known: FittedRetrievers
    """Retrievers fitted to all but the held-out interactions."""
    rows: Floats | None = None
    """[R, F] features of readers that the ranker knows by id; None if it knows readers by their
    histories."""


class Preset(ABC):
    """An architecture of the ranker and its training.

    The default methods suit a ranker that knows readers by their histories.
    """

    predicts: Literal["interaction", "explicit rating"] = "interaction"
    """Event whose probability the ranker gives."""
    measures_parts: bool = True
    """Whether an evaluation measures each part of the pipeline by itself."""
    needs_ratings: bool = False
    """Whether the ranker learns from ratings, so that a data set without any teaches it nothing."""
    variants: Mapping[str, Callable[[TrainSettings], TrainSettings]] = {}
    """Variants that only an evaluation trains: name → change of the preset's settings."""

    @abstractmethod
    def train(self, run: TrainingRun) -> TrainedRanker:
        """Train the ranker on the known interactions of a run."""

    def calibrate(
        self,
        run: TrainingRun,  # noqa: ARG002
        ranker: TrainedRanker,  # noqa: ARG002
        sample: CalibrationSample,  # noqa: ARG002
    ) -> tuple[float, dict[str, Metrics]]:
        """Calibrate the probabilities of a trained ranker, in place.

        Args:
            run: The training run.
            ranker: The trained ranker.
            sample: Scored candidates of readers with held-out books that no validation figure uses.

        Returns:
            The factor by which logits grew, and validation figures specific to the preset.
        """
        return 1.0, {}

    def fold_in(
        self,
        run: TrainingRun,  # noqa: ARG002
        fitted: FittedRetrievers,  # noqa: ARG002
        rows: Floats | None,  # noqa: ARG002
    ) -> tuple[Floats, Floats] | None:
        """Fit the fold-in, if the ranker uses one.

        Returns:
            [B, F] float32 book vectors and their [B] shrinkage (see `ranking.fold_in_fit`); None = no
            fold-in.
        """
        return None

    def refit(
        self,
        run: TrainingRun,  # noqa: ARG002
        ranker: TrainedRanker,
        final: FittedRetrievers,
    ) -> TrainedRanker:
        """Refit the counted parts of the ranker to all interactions, in place; its network stays."""
        return TrainedRanker(ranker.model, final, ranker.rows)


def preset_named(name: str) -> Preset:
    """Resolve a preset.

    Raises:
        ModelError: there is no preset of this name.
    """
    if name not in PRESETS:
        raise ModelError(f"There is no preset {name!r}; presets are {', '.join(PRESETS)}.")
    preset: Preset = resolve_name(PRESETS[name])
    return preset
