"""``artifacts import``: a model made elsewhere → a bundle.

May import: `bookrec`, `inference`, `offline.compile`, `offline.data`, `offline.external`,
`offline.features`, `offline.models.bundle`, `offline.models.imported`, `offline.retrieval`,
`offline.runtime`.
"""
