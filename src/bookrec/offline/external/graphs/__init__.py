"""Graphs of models made elsewhere: inputs, columns that they take apart, a softmax over all books.

May import: `bookrec`, `inference`, `offline.compile`, `offline.runtime`.
"""
