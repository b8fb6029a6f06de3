"""One request: what a worker holds open, page requests, sign-in, problems, health.

May import: `bookrec`, `web.accounts`, `web.kit`, `web.recommendations`, `web.store`.
"""
