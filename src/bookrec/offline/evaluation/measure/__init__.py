"""Metrics of every scorer on the held-out set, tuning of baselines, results.

May import: `bookrec`, `shop.selling`, `inference`, `offline.data`, `offline.evaluation.baselines`,
`offline.evaluation.holdout`, `offline.metrics`, `offline.runtime`.
"""
