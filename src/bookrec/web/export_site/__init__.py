"""Public half of the site as files for a plain web server: the verb ``export-site``.

Pages are rendered by the templates and contexts of the live site. Units of work run in a pool of
processes; `files` names, links and publishes what they make.

May import: `bookrec`, `search`, `shop`, `shop.selling`, `web.catalogue_search`, `web.contexts`,
`web.export_site.files`, `web.kit`, `web.page_head`, `web.pages`, `web.recommendations`,
`web.request`, `web.selling`, `web.store`.
"""
