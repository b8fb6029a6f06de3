"""Figures for the owner: plots, lists of the snapshot, nights, audiences, previews.

May import: `bookrec`, `inference`, `shop`, `web.accounts`,
`web.catalogue_search`, `web.kit`, `web.recommendations`, `web.selling`, `web.store`.
"""
