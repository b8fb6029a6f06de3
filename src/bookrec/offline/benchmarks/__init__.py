"""Benchmarks of scoring: the split ranker beside Keras, and the published snapshot.

May import: `bookrec`, `inference`, `offline.compile`, `offline.data`, `offline.engines`,
`offline.features`, `offline.runtime`, `offline.scoring`.
"""
