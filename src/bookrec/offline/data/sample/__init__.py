"""Sample data with a known latent structure, written as Book-Crossing files.

May import: `bookrec`.
"""
