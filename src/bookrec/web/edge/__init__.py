"""ASGI middleware around the application: paths, bodies that arrive slowly, compression.

May import: `bookrec`, `web.kit`.
"""
