"""Fused ranker: a compiled model as machine code, made by LLVM.

May import: `bookrec`, `inference`.
"""
