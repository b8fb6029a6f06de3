"""Settings of scoring."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ScoreSettings:
    """Settings of scoring; table ``meta`` records those that change the lists."""

    top: int = 50
    """Length of the lists."""
    candidates: int | None = 1500
    """Candidates a reader; None ranks the whole catalogue."""
    similar_candidates: int = 300
    """Candidates of the similar books of a book."""
    changed: bool = False
    """Whether to score only what changed since the published snapshot; other lists are taken over."""
    engine: str = "processes"
    """Key of `ENGINES`. ``tensorflow`` rounds scores differently; the others agree to the last bit on
    one kind of machine."""
    workers: int | None = None
    """Processes; None = one per core."""
    per_shard: int = 512
    """Readers or books of a shard, the most that a killed worker loses."""
    verbose: bool = False
    """Whether the report compares the speed with the machine's."""
    accept: bool = False
    """Whether to publish lists that the quality gate refuses."""
