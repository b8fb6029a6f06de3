"""Checks of a bundle beside a data set for faults that raise no error, with figures.

May import: `bookrec`, `inference`, `offline.compile`, `offline.data`, `offline.external`,
`offline.metrics`, `offline.models.bundle`, `offline.retrieval`, `offline.runtime`.
"""
