"""Pages to buy books: cart, checkout, orders; the shop's own style and logo.

May import: `shop.selling`, `web.accounts`, `web.kit`, `web.pages`, `web.request`, `web.selling`,
`web.store`.
"""
