"""Live sessions of a worker: state of each session, the audience's interests, the next books, the feed.

May import: `bookrec`, `inference`, `shop`, `shop.live`, `web.kit`, `web.owner`, `web.selling`,
`web.store`.
"""
