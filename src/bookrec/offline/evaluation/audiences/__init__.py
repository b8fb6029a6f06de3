"""Simulated audiences: which rule chooses the next book best, for groups of held-out readers.

May import: `bookrec`, `inference`, `offline.data`, `offline.evaluation.baselines`,
`offline.evaluation.holdout`, `offline.metrics`.
"""
