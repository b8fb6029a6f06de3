"""Pages: to browse, of a signed-in reader, to sign in and register.

May import: `web.accounts`, `web.kit`, `web.mail`, `web.recommendations`, `web.request`, `web.store`.
"""
