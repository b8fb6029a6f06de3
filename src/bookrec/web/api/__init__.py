"""The JSON API: books, the reader's own resources, and its schemas.

May import: `bookrec`, `web.accounts`, `web.history_import`, `web.kit`, `web.recommendations`,
`web.request`, `web.store`.
"""
