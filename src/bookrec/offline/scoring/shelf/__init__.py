"""Shelf: figures of all lists of a snapshot together, beside the published ones, and their limits.

May import: `bookrec`, `inference`, `offline.data`, `offline.features`, `offline.metrics`,
`offline.models`.
"""
