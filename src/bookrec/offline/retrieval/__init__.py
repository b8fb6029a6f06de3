"""Retrievers fitted to interactions: RP3beta, item-kNN, SLIM, EASE, author similarities, two towers.

May import: `bookrec`, `inference`, `offline.data`, `offline.features`, `offline.runtime`.
"""
