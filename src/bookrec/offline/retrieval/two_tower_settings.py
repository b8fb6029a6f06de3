"""Settings of the two-tower training."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TwoTowerSettings:
    """Knobs of the towers and their training."""

    embedding_size: int = 64
    """Width of both towers' output."""
    hidden_size: int = 256
    """Width of the reader tower's hidden layer."""
    dropout: float = 0.1
    """Of that layer, where candidates are drawn."""
    dropout_whole: float = 0.5
    """The same where every step learns the whole catalogue: there is less to learn, and more
    time to learn it by heart."""
    side_by_side_whole: int = 3
    """So many pairs of towers as one, where every step learns the whole catalogue: what each has
    learnt by heart differs, and their sum has less of it. Elsewhere there is one pair."""
    epochs: int = 12
    """At least this many; more where `steps` asks for them."""
    steps: int = 1000
    """At least about this many steps, so that small data is learnt too."""
    batch_size: int = 512
    """Readers in a step, at most; an eighth of them (but at least 64) where that is less."""
    candidates: int = 8192
    """Books that a step tells apart: the whole catalogue where it has no more, else about so many
    of it, drawn by popularity."""
    hidden_share: float = 0.3
    """Share of a reader's books to be found from the others."""
    learning_rate: float = 4e-3
    """Where candidates are drawn."""
    learning_rate_whole: float = 8e-3
    """The same where every step learns the whole catalogue."""
    unknown_rate: float = 0.1
    """Share of book and author codes masked to 0 in training, which trains "unknown"."""

    def dropout_for(self, n_books: int) -> float:
        """The dropout for a catalogue of some size."""
        return self.dropout_whole if self.learns_whole(n_books) else self.dropout

    def learning_rate_for(self, n_books: int) -> float:
        """The learning rate for a catalogue of some size."""
        return self.learning_rate_whole if self.learns_whole(n_books) else self.learning_rate

    def side_by_side_for(self, n_books: int) -> int:
        """How many pairs of towers learn a catalogue of some size."""
        return self.side_by_side_whole if self.learns_whole(n_books) else 1

    def learns_whole(self, n_books: int) -> bool:
        """Whether every step tells all books of a catalogue apart."""
        return n_books <= self.candidates
