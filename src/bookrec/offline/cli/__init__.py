"""Commands of the offline part, one module per verb; each imports its work when it is called.

May import: `bookrec`, `offline`, `offline.benchmarks`, `offline.data`, `offline.engines`,
`offline.evaluation`, `offline.external`, `offline.models`, `offline.runtime`, `offline.scoring`,
`offline.training`.
"""
