"""Scoring: top-N lists, similar books, and the job that publishes them as a snapshot.

May import: nothing of bookrec.
"""
