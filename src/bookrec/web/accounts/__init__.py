"""Accounts of readers: passwords, sessions, rate limits, the operator's commands.

May import: `bookrec`, `web.kit`, `web.store`.
"""
