"""``bookrec demo``: its stages, the processes that build it, its site, and how to sign in.

May import: `bookrec`, `cli.selling`, `shop`, `web`.
"""
