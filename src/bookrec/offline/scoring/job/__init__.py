"""The scoring job: stages, shards, resumption, tables, the snapshot.

May import: `bookrec`, `inference`, `offline.data`, `offline.engines`, `offline.features`,
`offline.models`, `offline.runtime`, `offline.scoring.job.tables`,
`offline.scoring.lists`, `offline.scoring.shelf`, `search`.
"""
