"""Files made elsewhere: model archives, encoders, scalers, pickles, and their mapping to columns.

May import: nothing of bookrec.
"""
