"""Settings of a training run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from bookrec.offline.ranking.ranker_settings import RankerSettings
from bookrec.offline.ranking.train_classic import ClassicSettings
from bookrec.offline.retrieval.two_tower_settings import TwoTowerSettings


@dataclass(frozen=True)
class TrainSettings:
    """Settings of a training run; the manifest of the bundle records them."""

    preset: str = "default"
    """Key of `training.presets.PRESETS`."""
    seed: int = 1
    validation_share: float = 0.2
    """Share of interactions held out from each reader drawn for validation or calibration, among
    readers with at least 5."""
    validation_readers: int = 1500
    """Most readers in the validation figures; as many more calibrate. Each group is at most a tenth of
    the readers. The other readers keep all interactions for training."""
    candidates: int = 1500
    """Candidates per reader in validation."""
    weigh_lists: bool = True
    """Whether liking and popularity count in the order of lists; see `ranking.list_weights`."""
    towers: TwoTowerSettings = field(default_factory=TwoTowerSettings)
    ranker: RankerSettings = field(default_factory=RankerSettings)
    """Settings of listwise training."""
    classic: ClassicSettings = field(default_factory=ClassicSettings)
    """Settings of preset ``classic``."""

    def quickly(self) -> TrainSettings:
        """Return settings of a shortened training of preset ``default``, for a first look."""
        return replace(
            self,
            towers=replace(self.towers, side_by_side_whole=1, steps=400),
            ranker=replace(self.ranker, rounds=1, trees=60, steps=400),
        )

    def with_epochs(self, epochs: int) -> TrainSettings:
        """Return settings with exactly this number of epochs for the ranker of any preset."""
        return replace(
            self,
            ranker=replace(self.ranker, epochs=epochs, multi_positive_epochs=epochs, steps=0),
            classic=replace(self.classic, epochs=epochs),
        )
