"""Requests: the parts a worker holds open, page requests, sign-in, errors, monitoring.

May import: `bookrec`, `shop`, `shop.live`, `web.accounts`, `web.contexts`, `web.events`,
`web.experiments`, `web.kit`, `web.live`, `web.mail`, `web.page_head`, `web.recommendations`,
`web.selling`, `web.store`.
"""
