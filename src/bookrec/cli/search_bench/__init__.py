"""The command ``bench search``: queries whose book is known, and how well the site's search finds it.

May import: `bookrec`, `search`, `web.catalogue_search`, `web.store`.
"""
