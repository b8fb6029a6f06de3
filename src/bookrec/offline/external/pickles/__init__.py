"""Pickle, joblib and gensim files, read as data: plain values and records, no code of theirs runs.

May import: nothing of bookrec.
"""
