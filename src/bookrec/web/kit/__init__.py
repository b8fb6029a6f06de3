"""Building blocks of the site: settings, log, cookies, CSRF tokens, translations, rendering, metrics.

May import: `bookrec`, `shop.selling`, `web.contexts`.
"""
