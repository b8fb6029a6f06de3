"""Exports: a bundle's retrieval and ranker as files that run without bookrec.

Every export holds the model in the form asked for, ``example.py`` (how to load and call it),
``check.py`` (compares it with the original on the sample beside it) and ``export.json`` (what it is).
"""
