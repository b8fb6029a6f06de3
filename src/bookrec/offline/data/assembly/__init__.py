"""Assembly of readers, books and interactions from mapped tables, cleaned; what is lost.

May import: `bookrec`, `offline.data.files`, `offline.data.mapping`, `offline.data.values`,
`offline.data.assembly.book_details`.
"""
