"""Objects that pickles may hold: the allow-list and the records they become.

May import: `offline.external.pickles.format`.
"""
