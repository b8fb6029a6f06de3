"""Pages: to browse, of a signed-in reader, to sign in and register.

May import: `web.accounts`, `web.history_import`, `web.kit`, `web.recommendations`, `web.request`,
`web.store`.
"""
