"""Heads of public pages for search engines and social networks: addresses, Open Graph, JSON-LD.

May import: `bookrec`, `shop.selling`, `web.contexts`, `web.kit`.
"""
