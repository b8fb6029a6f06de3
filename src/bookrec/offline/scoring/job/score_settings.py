"""Knobs of scoring."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ScoreSettings:
    """Knobs of scoring; those that change the tables are written into the snapshot's ``meta``."""

    top: int = 50
    """Length of the lists."""
    candidates: int | None = 1500
    """Books that retrieval hands to the ranker for a reader; None ranks the whole catalogue."""
    similar_candidates: int = 300
    """The same for a book's neighbours."""
    changed: bool = False
    """Score only what changed since the published snapshot, and take over the other lists."""
    engine: str = "processes"
    """A key of `ENGINES`; ``tensorflow`` rounds scores otherwise, the
    others give the same bits on one kind of machine."""
    workers: int | None = None
    """Processes; None = one per core."""
    per_shard: int = 512
    """Readers, or books, of a shard: what is lost at most, per worker, when a run is killed."""
