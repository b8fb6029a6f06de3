"""ASGI middleware around the application: paths, bodies that arrive slowly, compression, CORS.

May import: `bookrec`, `web.kit`.
"""
