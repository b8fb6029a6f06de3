"""Profiles to look at: beliefs about a reader's taste with their evidence, and the profile of a book.

May import: `bookrec`, `inference`, `search`, `shop`, `shop.selling`, `web.catalogue_search`,
`web.recommendations`, `web.selling`, `web.store`.
"""
