"""Prediction of the rating that a reader would give a book, from that reader's history.

`effects`, `item_residuals` and, where ratings are dense enough, `bayesian_mf` are blended by
`rating_model`. No part stores anything about a reader: known and new readers alike are
solved from their histories. Only evaluation uses it.

May import: `bookrec`, `offline.data`.
"""
