"""Pages: browsing, the reader's own, accounts.

May import: `web.accounts`, `web.kit`, `web.recommendations`, `web.request`, `web.store`.
"""
