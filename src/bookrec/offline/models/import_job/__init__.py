"""Import of a foreign model into a bundle (``artifacts import``).

May import: `bookrec`, `inference`, `offline.compile`, `offline.data`, `offline.external`,
`offline.features`, `offline.models.bundle`, `offline.models.imported`, `offline.ranking`,
`offline.retrieval`, `offline.runtime`.
"""
