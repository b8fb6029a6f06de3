"""Pickle, joblib and gensim files read as data: plain values and records, nothing in them run.

May import: nothing of bookrec.
"""
