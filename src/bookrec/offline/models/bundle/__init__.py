"""A model bundle on disk, its recommender, and its parity with Keras.

May import: `bookrec`, `inference`, `offline.compile`, `offline.data`, `offline.external`,
`offline.features`, `offline.ranking`, `offline.retrieval`, `offline.runtime`.
"""
