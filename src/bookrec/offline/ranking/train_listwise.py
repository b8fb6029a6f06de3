"""Listwise training of the ranker of preset ``default`` on groups of candidates.

The loss is the cross-entropy of the softmax over each group (Cao et al., "Learning to Rank: From
Pairwise Approach to Listwise Approach", ICML 2007). Its labels are the probabilities of a teacher
(`ranking.teachers`), or without a teacher 1 for the group's target, times the weight of the target.
`ranking.listwise_groups` builds the groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import keras
import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Array, Floats
from bookrec.offline.features.book_features import BookFeatures, as_columns
from bookrec.offline.features.ranker_inputs import AGE_BAND, BOOK_IDS, PAIR, READER
from bookrec.offline.ranking.architectures import Scaling, logit_model
from bookrec.offline.ranking.listwise_groups import Groups
from bookrec.offline.ranking.ranker_settings import RankerSettings
from bookrec.offline.runtime.keras_progress import EpochBar
from bookrec.offline.runtime.untyped import KerasModel, KerasValue

_LEAST_VARIANCE: Final = 1e-4


@dataclass(frozen=True)
class ListwiseFold:
    """Training data of the ranker from one fold of the readers."""

    groups: Groups
    features: BookFeatures
    """Book features of the catalogue, counted without the fold's targets."""
    soft_labels: Floats | None = None
    """[G, S] a teacher's probability that each book is its group's target; rows sum to 1
    (`ranking.teachers.distillation`). None = hard labels."""

    def labels(self, rows: NDArray[np.intp]) -> Floats:
        """[n, S] float32 labels of the groups ``rows`` [n].

        Hard labels are the weights of the targets (`Groups.weights`) and 0 for other books. Soft labels
        of a group sum to the weight of its target.
        """
        weights: Floats = self.groups.weights[rows]
        if self.soft_labels is not None:
            weights = self.soft_labels[rows] * weights[:, :1]
        return weights

    def pair_table(self) -> Floats:
        """[G * S, F] float32 numeric inputs of each pair, without ids and title.

        Trees would overfit ids and title.
        """
        groups = self.groups
        size = groups.books.shape[1]
        reader = np.column_stack([groups.reader_features, groups.age_band]).astype(np.float32)
        table: Floats = np.concatenate(
            [
                groups.pair_features,
                np.repeat(reader[:, None], size, axis=1),
                self.features.numbers[groups.books],
            ],
            axis=2,
        )
        return table.reshape(-1, table.shape[2])


def scaling_of(listwise_folds: Sequence[ListwiseFold]) -> Scaling:
    """Means and variances of the ranker's inputs over all pairs of all groups."""
    groups = [listwise_fold.groups for listwise_fold in listwise_folds]
    numbers = [
        listwise_fold.features.numbers[listwise_fold.groups.books.ravel()]
        for listwise_fold in listwise_folds
    ]
    return Scaling(
        _moments([part.reader_features for part in groups]),
        _moments([part.pair_features.reshape(-1, part.pair_features.shape[2]) for part in groups]),
        _moments(numbers),
    )


def _moments(parts: list[Floats]) -> tuple[Floats, Floats]:
    """Mean and variance of each column of the stacked ``parts`` ([n, K] each).

    Variances are at least 1e-4, so that scaling does not inflate constant columns.
    """
    count = sum(len(part) for part in parts)
    mean = sum(part.sum(axis=0, dtype=np.float64) for part in parts) / count
    variance = sum(((part - mean) ** 2).sum(axis=0, dtype=np.float64) for part in parts) / count
    return mean.astype(np.float32), np.maximum(variance, _LEAST_VARIANCE).astype(np.float32)


def train_ranker(
    model: KerasModel, listwise_folds: Sequence[ListwiseFold], settings: RankerSettings, seed: int
) -> None:
    """Fit ``model`` (of `build_default`, changed in place) to the groups of all folds."""
    keras.utils.set_random_seed(seed)
    logits = logit_model(model)
    batches = Batches(listwise_folds, settings, np.random.default_rng(seed))
    epochs = max(settings.epochs, -(-settings.steps // len(batches)))
    schedule = keras.optimizers.schedules.CosineDecay(
        settings.learning_rate, epochs * len(batches), alpha=0.02
    )
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=settings.weight_decay)
    size = listwise_folds[0].groups.books.shape[1]
    loss_of_groups = multi_positive_loss if settings.multi_positive else listwise_loss

    def loss(labels: KerasValue, outputs: KerasValue) -> KerasValue:
        return loss_of_groups(*(keras.ops.reshape(x, (-1, size)) for x in (labels, outputs)))

    logits.compile(optimizer=optimizer, loss=loss, jit_compile=False)
    bar = EpochBar("ranker: training")
    logits.fit(batches, epochs=epochs, verbose=0, callbacks=[bar], shuffle=False)
    trained = logits.get_layer("logit").get_weights()
    model.get_layer("output").set_weights(trained)


def listwise_loss(labels: KerasValue, scores: KerasValue) -> KerasValue:
    """Cross-entropy of the softmax of each group, [n].

    Args:
        labels: [n, S] labels; those of a group sum to its weight.
        scores: [n, S] logits.
    """
    return -keras.ops.sum(labels * keras.ops.log_softmax(scores, axis=1), axis=1)


def multi_positive_loss(targets: KerasValue, scores: KerasValue) -> KerasValue:
    """Mean cross-entropy of each target against the other books of its group.

    Args:
        targets: [n, S] weight of a target, 0 for another book.
        scores: [n, S] logits.
    """
    others = keras.ops.where(targets > 0, -1e9, scores)
    against = keras.ops.logsumexp(others, axis=1, keepdims=True)
    total = keras.ops.sum(targets * keras.ops.softplus(against - scores))
    return total / keras.ops.maximum(keras.ops.sum(targets), 1e-6)


class Batches(keras.utils.PyDataset):
    """Batches of groups of all folds, flattened to pairs and shuffled every epoch.

    Each pair comes with its label, see `ListwiseFold.labels`.
    """

    def __init__(
        self,
        listwise_folds: Sequence[ListwiseFold],
        settings: RankerSettings,
        rng: np.random.Generator,
    ) -> None:
        """Draw batches of ``settings.batch_size`` groups from all folds."""
        super().__init__()
        self.listwise_folds, self.settings, self.rng = listwise_folds, settings, rng
        self.group_index: NDArray[np.int64]
        """[2, G] fold and position of each group."""
        self.group_index = np.concatenate(
            [
                np.stack(
                    [
                        np.full(len(listwise_fold.groups.books), fold),
                        np.arange(len(listwise_fold.groups.books)),
                    ]
                )
                for fold, listwise_fold in enumerate(listwise_folds)
            ],
            axis=1,
        )
        self.on_epoch_end()

    def __len__(self) -> int:
        return max(1, int(self.group_index.shape[1]) // self.settings.batch_size)

    def on_epoch_end(self) -> None:
        """Shuffle the groups for the next epoch."""
        self.order = self.rng.permutation(self.group_index.shape[1])

    def __getitem__(self, number: int) -> tuple[dict[str, Array], Floats]:
        size = self.settings.batch_size
        fold, row = self.group_index[:, self.order[number * size : (number + 1) * size]]
        parts = [
            self._inputs(listwise_fold, row[fold == number])
            for number, listwise_fold in enumerate(self.listwise_folds)
            if (fold == number).any()
        ]
        inputs = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        labels = np.concatenate(
            [
                listwise_fold.labels(row[fold == number])
                for number, listwise_fold in enumerate(self.listwise_folds)
            ]
        )
        return as_columns(inputs), labels.reshape(-1, 1)

    def _inputs(self, listwise_fold: ListwiseFold, rows: NDArray[np.intp]) -> dict[str, Array]:
        groups, books = listwise_fold.groups, listwise_fold.groups.books[rows]
        width = books.shape[1]
        inputs: dict[str, Array] = dict(listwise_fold.features.inputs(books.ravel()))
        for book_id in BOOK_IDS:
            # One draw per group: masking single books would separate targets from negatives.
            hidden = self.rng.random(len(rows)) < self.settings.unknown_rate
            codes = inputs[book_id.name]
            inputs[book_id.name] = np.where(np.repeat(hidden, width), 0, codes)
        inputs[AGE_BAND.name] = np.repeat(groups.age_band[rows], width)
        inputs[READER.name] = np.repeat(groups.reader_features[rows], width, axis=0)
        inputs[PAIR.name] = groups.pair_features[rows].reshape(len(rows) * width, -1)
        return inputs
