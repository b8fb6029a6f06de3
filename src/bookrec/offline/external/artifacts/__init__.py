"""Encoders, scalers and word vectors beside a model, and the data set columns they belong to.

May import: `bookrec`, `inference`, `offline.data`, `offline.external.archive`,
`offline.external.pickles.machine`, `offline.external.pickles.objects`.
"""
