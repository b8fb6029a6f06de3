"""Files that are copied into exports; they import nothing of bookrec.

May import: nothing of bookrec.
"""
