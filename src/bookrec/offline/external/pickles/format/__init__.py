"""The pickle format: bytes, limits, literals, values.

May import: nothing of bookrec.
"""
