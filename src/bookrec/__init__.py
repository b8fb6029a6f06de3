"""bookrec: from a bookshop's readers, books and ratings to a site with personal recommendations."""

__version__ = "0.1.0"
