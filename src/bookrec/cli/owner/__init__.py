"""Verbs of ``bookrec shop`` that do what the owner's pages do, from books to profiles.

May import: `bookrec`, `inference`, `shop`, `web`.
"""
