"""Accounts of readers: passwords, sessions, rate limits, the operator's commands.

May import: `bookrec`, `shop`, `shop.owner`, `web.kit`, `web.mail`, `web.store`.
"""
