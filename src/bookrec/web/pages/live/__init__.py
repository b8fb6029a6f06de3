"""Pages of live sessions: the host's, the audience's, and the streams that keep both up to date.

May import: `bookrec`, `shop`, `shop.live`, `shop.selling`, `web.accounts`, `web.catalogue_search`,
`web.contexts`, `web.events`, `web.kit`, `web.live`, `web.owner`, `web.pages`, `web.request`,
`web.selling`, `web.store`.
"""
