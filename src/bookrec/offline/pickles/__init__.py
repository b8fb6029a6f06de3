"""Pickles read without running them: files made elsewhere become plain values and records.

``read.read_pickle_file`` is the way in; ``records`` says what comes out of encoders, scalers, word
vectors and tables; ``allowed`` is the written list of everything a file may name. Everything else
is refused by its name. See docs/reading-pickles.md.
"""
