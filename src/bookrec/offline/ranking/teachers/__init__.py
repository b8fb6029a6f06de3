"""Teachers of the ranker: trees that predict what is taken up, and trees that predict liking.

May import: `bookrec`, `offline.ranking`, `offline.runtime`.
"""
