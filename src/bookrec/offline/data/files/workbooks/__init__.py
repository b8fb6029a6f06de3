"""Workbooks of spreadsheet programs, read in a process of their own.

May import: `bookrec`, `offline.engines`.
"""
