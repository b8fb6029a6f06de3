"""Commands of ``bookrec bench`` that need the offline part.

May import: `bookrec`, `offline.benchmarks`, `offline.cli`, `offline.data`, `offline.engines`,
`offline.evaluation`, `offline.runtime`.
"""
