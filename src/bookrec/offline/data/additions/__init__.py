"""Additions to a data set: further orders, ratings, readers, books, prices and stock; the inbox.

May import: `bookrec`, `offline.data`, `offline.data.assembly`, `offline.data.files`,
`offline.data.mapping`, `offline.data.prices`, `offline.data.works`, `offline.runtime`.
"""
