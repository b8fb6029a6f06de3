"""Data sets: import, interactions and histories as arrays.

May import: `bookrec`, `shop`, `inference`, `offline.data.assembly`, `offline.data.files`,
`offline.data.mapping`, `offline.data.values`, `offline.data.works`, `offline.runtime`.
"""
