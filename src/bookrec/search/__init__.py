"""Search index of a snapshot: words and their spellings, keys of edits, the tables of the index.

May import: `bookrec`.
"""
