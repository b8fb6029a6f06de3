"""Forward pass of a compiled Wide & Deep model in NumPy, and its files.

May import: `bookrec`.
"""
