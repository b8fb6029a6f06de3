"""Values and objects that a pickle may hold: the allow-list, and the record for each object.

May import: `bookrec`.
"""
