"""Events of readers and consenting visitors: who is recorded, and the queue that writes in batches.

May import: `bookrec`, `shop`, `shop.experiments`, `shop.live`, `shop.selling`, `web.accounts`,
`web.kit`, `web.store`.
"""
