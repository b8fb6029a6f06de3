"""Selling: offers, settings, carts and orders in the shop's database, synchronously.

The command line calls these functions directly, the site in a thread.

May import: `bookrec`.
"""
