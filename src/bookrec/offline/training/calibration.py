"""Calibration of a trained ranker: its list weights and validation figures."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from bookrec.json_types import JsonObject, JsonValue
from bookrec.offline.ranking.list_weights import ListWeights, WeightedLists
from bookrec.offline.training.validation import Metrics


@dataclass(frozen=True)
class Calibration:
    """Results of the calibration of a ranker."""

    metrics: dict[str, Metrics] = field(default_factory=dict)
    """Validation figures specific to the preset."""
    list_weights: ListWeights = field(default_factory=ListWeights)
    """Weights of liking and popularity in the order of lists."""
    curve: tuple[WeightedLists, ...] = ()
    """Curve that they were chosen from."""

    def as_plain(self) -> JsonObject:
        """Return weights and curve, for the manifest."""
        curve: list[JsonValue] = [point.as_plain() for point in self.curve]
        return {**asdict(self.list_weights), "curve": curve}
