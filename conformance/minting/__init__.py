"""What mints the spellings of each list: one module a language."""
