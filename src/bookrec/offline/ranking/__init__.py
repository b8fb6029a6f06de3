"""The ranker: Wide & Deep architectures, training, distillation, calibration, fold-in.

May import: `bookrec`, `inference`, `offline.data`, `offline.engines`, `offline.features`,
`offline.runtime`.
"""
