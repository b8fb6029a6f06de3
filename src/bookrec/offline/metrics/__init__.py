"""Metrics: ranking, prediction, coverage, calibration, significance.

May import: `bookrec`, `offline.data`.
"""
