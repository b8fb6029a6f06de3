"""Text of delimited files → rows of fields: encoding, separators, quotes, fast and careful reading.

May import: `bookrec`.
"""
