"""Crossed columns, such as age × publisher: their declaration, their values, models without them.

May import: `bookrec`, `offline.compile`, `offline.data`, `offline.external.artifacts`,
`offline.runtime`.
"""
