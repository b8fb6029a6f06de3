"""Files made elsewhere: model archives, encoders and scalers, pickles, and their mapping to inputs.

May import: nothing of bookrec.
"""
