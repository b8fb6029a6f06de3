"""``bookrec evaluate``: how good the lists are, beside every usual recommender, on held-out books.

The flow: `splits` holds out, `tuning` chooses each baseline's settings on the validation part,
`leaks` checks that nothing fitted has seen the test part, `measuring` makes lists and figures of every
scorer, `significance` says which differences are more than chance, and `report_…` writes it down.
"""
