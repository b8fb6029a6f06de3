"""A model bundle on disk, its recommender, and its parity with Keras.

May import: `bookrec`, `inference`, `offline.compile`, `offline.data`, `offline.features`,
`offline.models.imported`, `offline.ranking`, `offline.retrieval`.
"""
