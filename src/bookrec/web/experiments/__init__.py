"""Experiments on the site: lists of another snapshot, and lists that mix two arms.

May import: `bookrec`, `web.kit`, `web.store`.
"""
