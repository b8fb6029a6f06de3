"""Files that exports include: examples and checks, without imports of bookrec.

May import: nothing of bookrec.
"""
