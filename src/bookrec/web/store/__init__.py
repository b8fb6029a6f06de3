"""Stores: the published snapshot, the catalogue and its search, the shop's database.

May import: `bookrec`, `shop`, `shop.owner`, `search`, `inference`, `web.kit`.
"""
