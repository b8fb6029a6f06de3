"""Live sessions in the shop's database: sessions, members, events, the report; synchronous.

May import: `bookrec`, `shop`.
"""
