"""Selling on the site: the shop's front, offers, carts, orders, the stock rule of lists, VietQR.

May import: `bookrec`, `shop`, `shop.experiments`, `shop.owner`, `shop.selling`, `web.contexts`,
`web.kit`, `web.mail`, `web.store`.
"""
