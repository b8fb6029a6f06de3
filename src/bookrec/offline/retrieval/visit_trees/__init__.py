"""Neighbours in visits, weighed by boosted trees that learn which book a visit goes to next.

May import: `bookrec`, `inference`, `offline.data`, modules of `offline.retrieval`.
"""
