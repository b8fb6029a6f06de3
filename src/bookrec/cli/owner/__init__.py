"""``bookrec shop books|promotions|audience|similar|preview|report``: the owner's pages as commands.

May import: `bookrec`, `inference`, `shop`, `web`.
"""
