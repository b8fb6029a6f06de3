"""Mapping of a source's tables and columns to readers, books and interactions; drafts of it.

May import: `bookrec`, `offline.data.files`, `offline.data.values`.
"""
