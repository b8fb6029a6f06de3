"""Exports of a bundle that run without bookrec.

May import: `bookrec`, `inference`, `offline.compile`, `offline.data`, `offline.features`,
`offline.models.bundle`, `offline.retrieval`, `offline.runtime`.
"""
