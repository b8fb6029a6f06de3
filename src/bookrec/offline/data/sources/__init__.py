"""Source layouts: files as found → raw tables, every row accounted for.

May import: `bookrec`.
"""
