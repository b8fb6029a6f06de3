"""The process: TensorFlow's start, progress, memory, disk space, peak rate of BLAS.

May import: nothing of bookrec.
"""
