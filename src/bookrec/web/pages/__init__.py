"""Pages: to browse, of a signed-in reader, to sign in and register.

May import: `shop.selling`, `web.accounts`, `web.kit`, `web.mail`, `web.recommendations`,
`web.request`, `web.selling`, `web.store`.
"""
