"""git as a source of files: the index and the history, read through git's own commands."""
