"""``bookrec shop books|promotions|audience|preview|report``: what the owner's pages do, as commands.

May import: `bookrec`, `inference`, `shop`, `web`.
"""
