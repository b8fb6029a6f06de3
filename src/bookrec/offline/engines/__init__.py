"""Scoring engines: anything that maps shards to results (processes, Ray, TensorFlow).

May import: `bookrec`, `inference`, `offline.engines.fused`, `offline.runtime`.
"""
