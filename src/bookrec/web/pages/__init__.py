"""Pages: to browse, of a signed-in reader, to sign in and register.

May import: `inference`, `search`, `shop.owner`, `shop.selling`, `web.accounts`, `web.catalogue_search`,
`web.contexts`, `web.events`, `web.history_import`, `web.kit`, `web.mail`, `web.profiles`,
`web.recommendations`, `web.request`, `web.selling`, `web.store`.
"""
