"""Our models as scorers: trained without the test part, imported, for new readers, item-to-item.

May import: `bookrec`, `inference`, `offline.data`, `offline.engines`,
`offline.evaluation.baselines`, `offline.evaluation.holdout`, `offline.evaluation.measure`,
`offline.features`, `offline.metrics`, `offline.models`, `offline.rating_prediction`,
`offline.retrieval`, `offline.runtime`, `offline.scoring`, `offline.training`.
"""
