"""Accounts of readers: passwords, sessions, rate limits, the operator's commands.

May import: `bookrec`, `shop`, `web.kit`, `web.mail`, `web.store`.
"""
