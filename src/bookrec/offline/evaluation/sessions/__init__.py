"""``evaluate --sessions``: replays visits in the order of time and measures lists that react to them.

The flow: `sources` reads visits, `splits` divides them, `makers` are tuned on the validation part, and
`replay` asks each for a list before every next book. `protocol` runs it; `report` writes it.

May import: `bookrec`, `inference`, `offline.data`, `offline.evaluation.baselines`,
`offline.evaluation.holdout`, `offline.evaluation.measure`, `offline.evaluation.report`,
`offline.evaluation.sessions.makers`, `offline.metrics`, `offline.retrieval`, `offline.runtime`.
"""
