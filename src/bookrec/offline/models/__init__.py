"""Model bundles: trained or imported, checked, exported.

May import: nothing of bookrec.
"""
