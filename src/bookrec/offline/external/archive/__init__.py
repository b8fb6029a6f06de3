"""Model archives (``.keras``, ``.h5``), opened without running code in them.

May import: `bookrec`, `offline.runtime`.
"""
