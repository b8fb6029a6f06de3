"""Forms about the recording of visits: consent, the reader's switch, the seconds of a page.

May import: `bookrec`, `shop`, `web.events`, `web.kit`, `web.pages`, `web.request`, `web.store`.
"""
