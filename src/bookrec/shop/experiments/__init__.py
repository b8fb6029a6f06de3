"""Experiments: readers are shown lists by other settings, and what follows is compared.

May import: `bookrec`, `shop`, `shop.selling`.
"""
