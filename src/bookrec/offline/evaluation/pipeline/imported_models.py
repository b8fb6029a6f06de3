"""Imported models: measured as they are, with a caveat, because they cannot be trained again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from bookrec.offline.data.dataset import Dataset
from bookrec.offline.models.bundle.bundle import Bundle
from bookrec.offline.models.bundle.bundle_files import load_bundle
from bookrec.offline.models.import_job.import_job import ImportSettings
from bookrec.offline.models.import_job.refit import refit
from bookrec.offline.runtime.progress import Progress
from bookrec.settings import Home

CAVEAT: Final = "may have seen the test part"


@dataclass(frozen=True)
class ImportedRanker:
    """An imported model, whose ranker stays while its retrievers are fitted to the known part."""

    home: Home
    model_id: str
    seed: int
    quick: bool

    @property
    def candidates(self) -> int:
        """Candidates a reader in a try-out."""
        return 300

    def bundle(self, known: Dataset, progress: Progress) -> Bundle:
        """Fit the model's retrievers to the known part of a split."""
        settings = ImportSettings(seed=self.seed)
        if self.quick:
            settings = replace(settings, towers=replace(settings.towers, epochs=1, steps=250))
        progress("as it is, not trained again")
        return refit(load_bundle(self.home, self.model_id), known, settings, progress)


def labelled(name: str, how: object) -> str:
    """Return the name of a model in tables and reports."""
    return f"{name} ({CAVEAT})" if isinstance(how, ImportedRanker) else name
