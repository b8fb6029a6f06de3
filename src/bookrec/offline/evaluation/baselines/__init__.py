"""Baselines, each with the settings it is tuned over; `registry` lists them.

May import: `bookrec`, `inference`, `offline.evaluation.holdout`, `offline.retrieval`.
"""
