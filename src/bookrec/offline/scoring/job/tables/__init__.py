"""Tables of a snapshot: rows of books with their details, and the file they are written to.

May import: `bookrec`, `search`, `offline.data`, `offline.features`, `offline.scoring.lists`.
"""
