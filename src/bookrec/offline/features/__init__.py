"""Features of books, fitted on training interactions only: vocabularies, statistics, titles.

May import: `bookrec`, `inference`, `offline.data`, `offline.metrics`.
"""
