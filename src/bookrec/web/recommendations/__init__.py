"""Recommendation lists: their sources, live ranking, reasons, and the actions that change them.

May import: `bookrec`, `inference`, `web.accounts`, `web.history_import`, `web.kit`, `web.store`.
"""
