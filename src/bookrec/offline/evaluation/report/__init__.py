"""Reports of an evaluation: text table, JSON, HTML with plots.

May import: `bookrec`, `offline.evaluation.measure`, `offline.metrics`.
"""
