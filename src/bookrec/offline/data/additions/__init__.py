"""Additions to an imported data set.

May import: `bookrec`, `offline.data`.
"""
