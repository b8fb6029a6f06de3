"""Owner's side of the shop's database: books corrected and promoted, counts of days, the log of nights.

May import: `bookrec`, `shop`, `shop.selling`.
"""
