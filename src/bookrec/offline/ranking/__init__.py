"""The ranker: Wide & Deep architectures, training, distillation, list weights, calibration, fold-in.

May import: `bookrec`, `inference`, `offline.data`, `offline.engines`, `offline.features`,
`offline.metrics`, `offline.retrieval`, `offline.runtime`.
"""
