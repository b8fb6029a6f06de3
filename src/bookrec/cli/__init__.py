"""Commands that know both halves: the click group, the demo, the doctor, snapshots.

May import: `bookrec`, `inference`, `offline.data`, `offline.models`, `offline.runtime`,
`offline.scoring`, `web`.
"""
