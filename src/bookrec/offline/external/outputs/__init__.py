"""Outputs of models made elsewhere: a softmax over all books, as a score of one book.

May import: `bookrec`, `offline.compile`, `offline.runtime`.
"""
