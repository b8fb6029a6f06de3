"""Process-level helpers: start of TensorFlow, progress, memory, disk space, peak rate of BLAS.

May import: nothing of bookrec.
"""
