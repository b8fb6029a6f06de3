"""Migrations of ``var/shop.sqlite``, one module each; `bookrec.shop.schema` lists them in order.

May import: `bookrec`.
"""
