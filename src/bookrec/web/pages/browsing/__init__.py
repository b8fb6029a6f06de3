"""Pages of many books: the catalogue with its facets, authors, publishers, series, new books.

May import: `search`, `web.catalogue_search`, `web.contexts`, `web.kit`, `web.pages`, `web.request`,
`web.store`.
"""
