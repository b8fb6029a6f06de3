"""List makers of ``evaluate --sessions``, each with its grid of settings; `registry` lists them.

May import: `bookrec`, `inference`, `offline.data`, `offline.evaluation.baselines`,
`offline.evaluation.holdout`, `offline.retrieval`, `offline.runtime`.
"""
