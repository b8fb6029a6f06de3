"""``bookrec train``: data set → model bundle.

May import: `bookrec`, `inference`, `offline.compile`, `offline.data`, `offline.metrics`,
`offline.models`, `offline.ranking`, `offline.retrieval`, `offline.runtime`.
"""
