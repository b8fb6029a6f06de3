"""Mapping of a model's inputs to columns: candidates, matches, plans, the mapping file.

May import: `bookrec`, `inference`, `offline.compile`, `offline.data`, `offline.external.archive`,
`offline.external.artifacts`, `offline.external.crosses`, `offline.external.graphs`,
`offline.external.pickles.objects`, `offline.features`, `offline.runtime`.
"""
