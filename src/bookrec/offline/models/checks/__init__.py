"""Checks of a bundle beside a data set: what goes wrong silently, with figures.

May import: `bookrec`, `inference`, `offline.compile`, `offline.data`, `offline.external`,
`offline.models.bundle`.
"""
