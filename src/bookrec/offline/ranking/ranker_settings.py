"""Settings of the default ranker's training."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class RankerSettings:
    """Hyperparameters of the default ranker's training."""

    target_share: float = 0.2
    """Share of a reader's interactions that become targets."""
    targets_per_reader: int = 5
    """Most targets per reader and round; further ones are neither targets nor negatives."""
    rounds: int = 3
    """Training rounds; each hides a fresh random `target_share`."""
    folds: int = 3
    """Number of reader folds. Each fold gets its own similarity tables, fitted without the targets of
    its readers only, so that they are nearly as complete as the serving ones."""
    candidates: int = 1500
    """Candidates per reader that negatives are drawn from."""
    negatives: int = 50
    """Negatives per target; 100 bring no gain."""
    catalogue_negatives: int = 4
    """Negatives drawn from the whole catalogue instead of the candidates; part of `negatives`."""
    trees: int = 200
    """Trees of each teacher (see `ranking.teachers`); 0 = no teacher. Without one the ranker overfits
    the targets after two epochs."""
    liking: float = 1.0
    """Power of P(liked | taken up) in the teacher's labels (see `ranking.teachers.liking`); 0 = the
    labels say what is taken up, liked or not."""
    epochs: int = 10
    """Fewest epochs; `steps` may require more."""
    steps: int = 700
    """Fewest training steps, approximately; small data gets more epochs."""
    batch_size: int = 32
    """Groups per step."""
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    liked_weight: float = 2.0
    """Weight of a liked target in the loss; a target without a rating, or with a middling one, has 1. A
    disliked book is no target, but a negative in every group of its reader."""
    disliked_negatives: int = 2
    """Most disliked hidden books among the negatives of each group of their reader."""
    unknown_rate: float = 0.1
    """Share of groups in which an id input is masked to 0, which trains the row for "unknown"."""
    multi_positive: bool = False
    """Whether all targets of a reader form one group with common negatives; otherwise each target
    forms its own group."""
    multi_positive_targets: int = 50
    """`targets_per_reader` of multi-positive groups."""
    multi_positive_steps: int = 2800
    """`steps` with multi-positive groups."""
    multi_positive_epochs: int = 2
    """`epochs` with multi-positive groups; without a teacher more epochs overfit."""
    multi_positive_learning_rate: float = 4e-3
    """`learning_rate` with multi-positive groups, whose steps average over many more targets."""

    def for_density(self, interactions_per_reader: float) -> RankerSettings:
        """Switch to multi-positive groups if a reader has more than `targets_per_reader` targets.

        On dense data five targets per reader leave most hidden interactions unused. One group of ten
        times as many targets costs no more: the number of pairs per reader and per step stays. Trees
        rank no better than the network there, so the teacher is dropped.

        Args:
            interactions_per_reader: Mean number of interactions per reader.
        """
        if interactions_per_reader * self.target_share <= self.targets_per_reader:
            return self
        pairs = self.targets_per_reader * (1 + self.negatives)
        targets = min(self.multi_positive_targets, pairs // 2)
        return replace(
            self,
            multi_positive=True,
            targets_per_reader=targets,
            negatives=pairs - targets,
            trees=0,
            batch_size=max(1, self.batch_size // self.targets_per_reader),
            epochs=self.multi_positive_epochs,
            steps=self.multi_positive_steps if self.steps else 0,
            learning_rate=self.multi_positive_learning_rate,
        )

    @property
    def group_size(self) -> int:
        """Number of books per group."""
        return (self.targets_per_reader if self.multi_positive else 1) + self.negatives
