"""Figures for the owner: plots, lists of the snapshot, nights, audiences.

May import: `bookrec`, `inference`, `shop`, `shop.owner`, `shop.selling`, `web.kit`, `web.selling`,
`web.store`.
"""
