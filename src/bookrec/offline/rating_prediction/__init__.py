"""Prediction of the rating a reader would give a book, from that reader's history.

`effects`, `item_residuals` and, where ratings are dense enough, `bayesian_mf` are blended by
`rating_model`. No part keeps anything about a reader: known and new readers alike are solved from
their histories.

May import: `bookrec`, `offline.data`.
"""
