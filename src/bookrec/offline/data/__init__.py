"""Data sets: import, cleaning, interactions and histories as arrays.

May import: `bookrec`, `inference`, `offline.data.sources`, `offline.data.values`,
`offline.data.works`, `offline.runtime`.
"""
