"""Splits into known and held-out interactions, and the checks that nothing leaks between them.

May import: `bookrec`, `inference`, `offline.data`.
"""
