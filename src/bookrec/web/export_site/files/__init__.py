"""Files of the exported site: names, links, the manifest, publication, sitemap, feed, search index.

May import: `bookrec`, `search`, `web.kit`, `web.store`.
"""
