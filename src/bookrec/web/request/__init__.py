"""Requests: the parts a worker holds open, page requests, sign-in, errors, monitoring.

May import: `bookrec`, `web.accounts`, `web.kit`, `web.mail`,
`web.recommendations`, `web.store`.
"""
