"""The site: lookups in the published snapshot, accounts and ratings in the shop's database."""
