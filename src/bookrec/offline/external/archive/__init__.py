"""Model archives (``.keras``, ``.h5``): opened without running anything that is in them.

May import: `bookrec`.
"""
