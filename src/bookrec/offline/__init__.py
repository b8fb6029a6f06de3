"""The batch side: import, train, score, publish. Never imported by the site.

May import: `bookrec`, `shop`, `inference`, `offline`.
"""

# TensorFlow carries an SQLite of its own, without FTS5, and whichever is loaded first serves the
# whole process: Python's must be.
import sqlite3  # noqa: F401
