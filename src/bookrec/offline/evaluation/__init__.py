"""``bookrec evaluate``: models and baselines on held-out books.

The flow: `holdout` splits, `baselines` are tuned, `pipeline` trains our models without the test part,
`measure` computes the figures, `report` writes them.

May import: `bookrec`, `offline.data`, `offline.evaluation.baselines`,
`offline.evaluation.holdout`, `offline.evaluation.measure`, `offline.evaluation.pipeline`,
`offline.features`, `offline.metrics`, `offline.rating_prediction`, `offline.runtime`.
"""
