"""The JSON API: books, the reader's own resources, and its schemas.

May import: `bookrec`, `shop`, `web.accounts`, `web.catalogue_search`, `web.events`,
`web.history_import`, `web.kit`, `web.profiles`, `web.recommendations`, `web.request`, `web.selling`,
`web.store`.
"""
