"""Commands that use the offline part and the site: the click group, demo, doctor, snapshots.

May import: `bookrec`, `inference`, `shop`, `offline.data`, `offline.models`, `offline.runtime`,
`offline.scoring`, `web`.
"""
