"""``bookrec shop``: prices, orders and settings of the shop.

May import: `bookrec`, `shop`, `shop.selling`, `offline.data.prices`.
"""
