"""Chosen list weights with the points they were chosen from, for a manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from bookrec.json_types import JsonObject, JsonValue
from bookrec.offline.ranking.list_weights import ListWeights, MeasuredWeights


@dataclass(frozen=True)
class ChosenWeights:
    """Chosen list weights."""

    weights: ListWeights = field(default_factory=ListWeights)
    points: Sequence[MeasuredWeights] = ()
    """All measured points, in the order of the search; empty if nothing was chosen."""

    def scaled(self, factor: float) -> ChosenWeights:
        """Return them for logits that are multiplied by ``factor``."""
        return replace(self, weights=self.weights.scaled(factor))

    def as_plain(self) -> JsonObject:
        """Return weights and points, for the manifest."""
        points: list[JsonValue] = [point.as_plain() for point in self.points]
        return {**asdict(self.weights), "points": points}

    def summary(self) -> str:
        """Say the weights in a line."""
        weights = self.weights
        cap = "none" if weights.exposure_cap >= 1 else f"{weights.exposure_cap:.0%} of readers"
        return (
            f"list weights: liking {weights.liking:.2f}, popularity {weights.popularity:.2f}, "
            f"discovery {weights.discovery:.2f}, exposure cap {cap}"
        )


def weights_of(plain: Mapping[str, float]) -> ListWeights:
    """Read the weights of `ChosenWeights.as_plain`; a weight that an older manifest lacks is 0."""
    return ListWeights(
        **{name: float(plain.get(name, usual)) for name, usual in asdict(ListWeights()).items()}
    )
