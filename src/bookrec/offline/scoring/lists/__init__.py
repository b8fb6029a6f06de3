"""Lists: top-N of readers, similar books, books that visits go to, popular books, audiences.

May import: `bookrec`, `inference`, `offline.compile`, `offline.data`, `offline.engines`,
`offline.features`, `offline.metrics`, `offline.retrieval`, `offline.runtime`.
"""
