"""Shelf: figures of all lists of a snapshot together, beside those of the published one.

May import: `bookrec`, `offline.features`, `offline.metrics`.
"""
