"""The catalogue as rows of a snapshot: statistics, details and series of books.

May import: `offline.data`, `offline.features`.
"""
