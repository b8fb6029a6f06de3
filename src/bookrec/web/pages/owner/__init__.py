"""Pages of the owner, for operators' accounts only: today, orders, books, lists, readers, settings.

May import: `bookrec`, `shop`, `web.accounts`, `web.catalogue_search`, `web.contexts`, `web.kit`,
`web.mail`, `web.owner`, `web.pages`, `web.profiles`, `web.recommendations`, `web.request`,
`web.selling`, `web.store`.
"""
