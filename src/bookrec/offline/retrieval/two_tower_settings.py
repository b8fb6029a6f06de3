"""Settings of the two-tower training."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TwoTowerSettings:
    """Hyperparameters of the towers and their training.

    A catalogue of at most `candidates` books is *whole*: every training step scores all its books.
    """

    embedding_size: int = 64
    """Width of both towers' output."""
    hidden_size: int = 256
    """Width of the reader tower's hidden layer."""
    dropout: float = 0.1
    """Dropout rate of that layer if candidates are drawn."""
    dropout_whole: float = 0.5
    """Dropout rate for whole catalogues, which overfit sooner."""
    side_by_side_whole: int = 3
    """Pairs of towers in the ensemble for whole catalogues; its members overfit differently, and the
    sum of their scores evens that out. Larger catalogues get one pair."""
    epochs: int = 12
    """Fewest epochs; `steps` may require more."""
    steps: int = 1000
    """Fewest training steps, approximately; small data gets more epochs."""
    batch_size: int = 512
    """Most readers per step; small data gets an eighth of its readers, but at least 64."""
    candidates: int = 8192
    """Books in the softmax of a step: the whole catalogue up to this size, otherwise about this many,
    drawn by popularity."""
    hidden_share: float = 0.3
    """Share of a reader's books that are hidden and predicted from the others."""
    learning_rate: float = 4e-3
    """Learning rate if candidates are drawn."""
    learning_rate_whole: float = 8e-3
    """Learning rate for whole catalogues."""
    unknown_rate: float = 0.1
    """Share of book and author codes masked to 0, which trains the row for "unknown"."""

    def dropout_for(self, n_books: int) -> float:
        """Dropout rate for a catalogue of ``n_books`` books."""
        return self.dropout_whole if self.is_whole(n_books) else self.dropout

    def learning_rate_for(self, n_books: int) -> float:
        """Learning rate for a catalogue of ``n_books`` books."""
        return self.learning_rate_whole if self.is_whole(n_books) else self.learning_rate

    def side_by_side_for(self, n_books: int) -> int:
        """Number of pairs of towers for a catalogue of ``n_books`` books."""
        return self.side_by_side_whole if self.is_whole(n_books) else 1

    def is_whole(self, n_books: int) -> bool:
        """Whether every step scores all books of a catalogue of ``n_books`` books."""
        return n_books <= self.candidates
