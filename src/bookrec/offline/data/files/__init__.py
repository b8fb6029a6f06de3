"""Files of a source → tables of text, with every row counted.

May import: `bookrec`, `offline.data.files.delimited`, `offline.data.files.workbooks`.
"""
