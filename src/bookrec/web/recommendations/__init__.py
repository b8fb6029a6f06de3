"""Recommendation lists: their sources, live ranking, reasons, and the actions that change them.

May import: `bookrec`, `search`, `shop`, `inference`, `web.accounts`, `web.events`,
`web.experiments`, `web.history_import`, `web.kit`, `web.selling`, `web.store`.
"""
