"""Sample data with a known latent structure, in the layouts of Book-Crossing.

May import: `bookrec`, `offline.data.files`.
"""
