"""JSON API of live sessions: the host's side, the audience's, and the stream for programs.

May import: `bookrec`, `shop.live`, `web.accounts`, `web.api`, `web.events`, `web.kit`, `web.live`,
`web.request`, `web.selling`, `web.store`.
"""
