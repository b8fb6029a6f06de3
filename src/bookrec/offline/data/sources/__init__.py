"""Source layouts: raw files → raw tables, with every row counted.

May import: `bookrec`, `offline.data.files.delimited`.
"""
