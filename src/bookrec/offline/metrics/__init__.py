"""Metrics: ranking, taste, popularity, discovery, similar books, prediction, calibration, significance.

May import: `bookrec`, `inference`, `offline.data`.
"""
