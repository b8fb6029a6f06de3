"""The JSON API of live sessions: the host's routes, the audience's, and their schemas.

May import: `bookrec`, `shop`, `shop.live`, `web.accounts`, `web.api`, `web.events`, `web.kit`,
`web.live`, `web.request`, `web.selling`, `web.store`.
"""
