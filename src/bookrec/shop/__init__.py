"""``var/shop.sqlite``, the only file that the site writes: its schema, and what the nightly job reads.

May import: `bookrec`, `shop.migrations`.
"""
