"""Baselines, each with the settings it is tuned over; `registry` lists them.

May import: `bookrec`, `inference`, `offline.data`, `offline.evaluation.holdout`,
`offline.retrieval`.
"""
