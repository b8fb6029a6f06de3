"""Files that are copied into exports: they run beside one, and import nothing of bookrec."""
