"""Prices and stock of the operator's files, read like any import, stored in the shop's database.

May import: `bookrec`, `shop`, `shop.selling`, `offline.data`, `offline.data.files`,
`offline.data.mapping`, `offline.data.values`.
"""
