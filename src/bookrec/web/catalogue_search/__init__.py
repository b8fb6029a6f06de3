"""Search of the catalogue: queries, hits and their order, suggestions, facets.

May import: `bookrec`, `search`, `web.store`.
"""
