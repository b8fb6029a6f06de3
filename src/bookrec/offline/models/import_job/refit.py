"""Refit of an imported bundle to other data: the retrieval and counted inputs, not the ranker."""

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
from bookrec.offline.models.import_job.import_job import ImportSettings, assemble, fit_serving
from bookrec.offline.models.import_job.weigh_lists import with_list_weights
from bookrec.offline.models.imported.imported_origin import imported_model
from bookrec.offline.ranking.chosen_weights import ChosenWeights, weights_of
from bookrec.offline.runtime.progress import Progress


def refit(bundle: Bundle, dataset: Dataset, settings: ImportSettings, progress: Progress) -> Bundle:
    """Fit everything except the ranker of an imported bundle to ``dataset`` alone.

    The list weights stay; the books' ratings and popularity that they apply to are counted again.
    """
    imported = imported_model(bundle)
    interactions = all_interactions(dataset)
    serving = fit_serving(dataset, interactions, settings, progress)
    vocabularies = serving[0].vocabularies
    plans = tuple(_recounted(plan, dataset, vocabularies) for plan in imported.plans)
    refitted = assemble(replace(imported, plans=plans), bundle.ranker, serving, settings)
    if bundle.frozen_statistics.book_offset is None:
        return refitted
    chosen = ChosenWeights(weights_of(bundle.manifest["list_weights"]))
    return with_list_weights(refitted, dataset, serving[1], chosen, settings.seed)


def _recounted(plan: InputPlan, dataset: Dataset, vocabularies: Vocabularies) -> InputPlan:
    mapping = plan.mapping
    if mapping.column not in STATISTICS:
        return plan
    counted = columns.statistics(dataset, mapping.column, mapping.counted)
    if mapping.side == "reader":
        codes = vocabularies.user.codes(dataset.readers["user_id"])
        counted = counted[np.flatnonzero(codes > 0)]
    known = counted[~np.isnan(counted)]
    mean = float(plan.scaled(known).mean()) if len(known) else 0.0
    return replace(plan, counted=counted, unknown_number=mean)
