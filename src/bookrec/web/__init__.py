"""The site: lookups in the published snapshot, accounts and ratings in the shop's database.

May import: `bookrec`, `shop`, `web.api`, `web.edge`, `web.kit`, `web.page_head`,
`web.pages`, `web.request`.
"""
