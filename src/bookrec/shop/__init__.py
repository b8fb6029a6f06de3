"""``var/shop.sqlite``, the only file that the site writes: schema, readers' rows, nightly input.

May import: `bookrec`, `shop.migrations`.
"""
