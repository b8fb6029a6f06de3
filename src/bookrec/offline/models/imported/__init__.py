"""Imported models inside a bundle: their inputs, unknown rows, compilation.

May import: `bookrec`, `inference`, `offline.compile`, `offline.data`, `offline.external`,
`offline.features`, `offline.models.bundle`, `offline.ranking`, `offline.runtime`.
"""
