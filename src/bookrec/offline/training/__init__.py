"""Training of a model bundle on a data set (``bookrec train``).

May import: `bookrec`, `inference`, `offline.compile`, `offline.data`, `offline.features`,
`offline.metrics`, `offline.models`, `offline.ranking`, `offline.retrieval`, `offline.runtime`.
"""
