"""List weights of a training run, chosen on readers with held-out books."""

from __future__ import annotations

from bookrec.arrays import Ints
from bookrec.inference.recommender import Recommender
from bookrec.offline.data.histories import readers_at
from bookrec.offline.ranking.chosen_weights import ChosenWeights
from bookrec.offline.ranking.list_weights import choose_list_weights
from bookrec.offline.ranking.scored_candidates import score_candidates
from bookrec.offline.training.calibration import CalibrationSample
from bookrec.offline.training.presets import TrainedRanker
from bookrec.offline.training.run import TrainingRun


def weigh_lists(
    run: TrainingRun, ranker: TrainedRanker, recommender: Recommender, readers: Ints
) -> tuple[ChosenWeights, CalibrationSample]:
    """Choose the list weights (`ranking.list_weights`), unless the settings leave them out.

    Args:
        run: The training run.
        ranker: The trained ranker.
        recommender: The compiled ranker with retrievers fitted without the held-out books.
        readers: [n] readers with held-out books that no validation figure uses.

    Returns:
        The weights, and the scored candidates of the readers with the book offsets.
    """
    fitted = ranker.known
    run.progress(f"list weights on {len(readers):,} readers")
    candidates = score_candidates(
        recommender,
        readers_at(run.known, run.age_bands, readers, ranker.rows),
        run.settings.candidates,
    )
    held_out = run.held_out_from(readers)
    chosen = ChosenWeights()
    if run.settings.weigh_lists:
        weights, points = choose_list_weights(
            candidates,
            held_out,
            fitted.statistics,
            fitted.features.metadata.author,
            run.dataset.work_of_book,
        )
        chosen = ChosenWeights(weights, points)
        run.progress(chosen.summary())
    offset = run.fit_book_offset(recommender, fitted, chosen.weights, ranker.rows)
    return chosen, CalibrationSample(candidates, held_out, offset)
