"""``bookrec shop``: prices, orders and settings of the shop.

May import: `bookrec`, `cli.owner`, `shop`, `shop.live`, `shop.selling`, `offline.data.prices`.
"""
