"""Building blocks of pages: settings, cookies, CSRF tokens, translations, rendering, metrics.

May import: `bookrec`, `web.store`.
"""
