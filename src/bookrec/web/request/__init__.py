"""Requests: the parts a worker holds open, page requests, sign-in, errors, monitoring.

May import: `bookrec`, `shop.selling`, `web.accounts`, `web.kit`, `web.mail`, `web.page_head`,
`web.recommendations`, `web.selling`, `web.store`.
"""
