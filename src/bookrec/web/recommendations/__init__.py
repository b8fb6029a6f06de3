"""Recommendation lists: where one comes from, live ranking, reasons.

May import: `bookrec`, `inference`, `web.accounts`, `web.kit`, `web.store`.
"""
