"""A history brought along: files that other sites export, read row by row and matched to the catalogue.

May import: `bookrec`, `web.store`.
"""
