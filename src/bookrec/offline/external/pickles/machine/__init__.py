"""Stack machine that reads pickles; `read` is the way in.

May import: `bookrec`, `offline.external.pickles.format`, `offline.external.pickles.objects`.
"""
