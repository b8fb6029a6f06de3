"""The pickle machine: bytes, limits, opcodes, stack, and the function that reads a file.

May import: `bookrec`, `offline.external.pickles.objects`.
"""
