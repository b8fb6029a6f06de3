"""An imported model with retrievers and counted numbers of other data, for measuring it as it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.interactions import all_interactions
from bookrec.offline.external.artifacts import columns
from bookrec.offline.external.artifacts.columns import STATISTICS
from bookrec.offline.external.mapping.input_plan import InputPlan
from bookrec.offline.features.book_features import Vocabularies
from bookrec.offline.models.bundle.bundle import Bundle
from bookrec.offline.models.import_job.import_job import ImportSettings, assemble
from bookrec.offline.models.import_job.serving_parts import fit_serving_parts
from bookrec.offline.runtime.progress import Progress


def refitted(
    bundle: Bundle, dataset: Dataset, settings: ImportSettings, progress: Progress
) -> Bundle:
    """The same model, with everything that we fit or count taken from ``dataset`` alone.

    The model itself stays what it is, whatever it was trained on.
    """
    assert bundle.imported is not None
    interactions = all_interactions(dataset)
    parts = fit_serving_parts(dataset, interactions, settings.towers, settings.seed, progress)
    plans = tuple(_recounted(plan, dataset, parts.vocabularies) for plan in bundle.imported.plans)
    imported = replace(bundle.imported, plans=plans)
    return assemble(imported, bundle.ranker, parts, dataset, interactions, settings)


def _recounted(plan: InputPlan, dataset: Dataset, vocabularies: Vocabularies) -> InputPlan:
    given = plan.given
    if given.column not in STATISTICS:
        return plan
    counted = columns.statistics(dataset, given.column, given.counted)
    if given.side == "reader":
        codes = vocabularies.user.codes(dataset.readers["user_id"])
        counted = counted[np.flatnonzero(codes > 0)]
    known = counted[~np.isnan(counted)]
    mean = float(plan.scaled(known).mean()) if len(known) else 0.0
    return replace(plan, counted=counted, unknown_number=mean)
