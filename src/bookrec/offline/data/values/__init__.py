"""Meaning of texts in columns: ratings, dates, ages, years, numbers, unknown values; by evidence.

May import: `bookrec`.
"""
