"""Models trained elsewhere: `.keras` or `.h5` files, with encoders, scalers and vectors beside them.

``archive`` opens the model, ``sources`` reads the files beside it, ``matching`` finds out what each
input of the model wants, ``inputs`` gives it that, and ``import_job`` makes a bundle of it all.
"""
