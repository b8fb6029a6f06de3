"""Metrics: ranking, prediction, coverage, calibration, significance.

May import: `bookrec`, `inference`, `offline.data`.
"""
