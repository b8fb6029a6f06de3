"""bookrec: from a bookshop's readers, books and ratings to a site with personal recommendations.

The modules directly in this folder are the core that both halves use.

May import: nothing of bookrec.
"""

__version__ = "0.1.0"
