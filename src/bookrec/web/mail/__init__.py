"""E-mail: settings of the SMTP server, letters and their texts, a queue, and the task that sends it.

May import: `bookrec`, `web.kit`, `web.store`.
"""
