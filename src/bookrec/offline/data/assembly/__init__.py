"""Assembly of readers, books and interactions from mapped tables; what was lost on the way.

May import: `bookrec`, `offline.data.files`, `offline.data.mapping`, `offline.data.values`.
"""
