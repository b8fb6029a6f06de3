"""Ranking for one reader in NumPy: history → candidates → scores → top-N.

Batch scoring and the site run the same code.

May import: `bookrec`, `inference.ranker`.
"""
