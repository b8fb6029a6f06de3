"""Predicting the rating a reader would give to a book, from that reader's history.

`effects` (who rates how, which books are liked), `neighbours` (what is left of the reader's ratings of
similar books) and, where ratings are dense enough, `factors` are blended by `rating_model`. No part
keeps anything about a reader: known and new ones alike are solved from their histories.
"""
