"""``bookrec experiments``: other settings of lists for some readers, and what follows.

May import: `bookrec`, `shop`.
"""
