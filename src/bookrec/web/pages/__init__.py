"""Pages: to browse, of a signed-in reader, to sign in and register.

May import: `search`, `web.accounts`, `web.kit`, `web.recommendations`, `web.request`,
`web.store`.
"""
