"""Encoders, scalers and word vectors beside a model, and the columns of a data set they belong to.

May import: `bookrec`, `offline.data`, `offline.external.archive`,
`offline.external.pickles.machine`, `offline.external.pickles.objects`.
"""
