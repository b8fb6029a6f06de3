"""Compilation of Keras models: the first Dense layer split into reader, book and pair terms.

May import: `bookrec`, `inference`, `offline.features`, `offline.runtime`.
"""
