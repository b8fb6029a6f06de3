"""Reports of an evaluation: text table, JSON, HTML with plots.

May import: `offline.evaluation.measure`, `offline.metrics`.
"""
