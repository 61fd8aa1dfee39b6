"""What marks findings as accepted, and never drops one: comments, keys of data files, paths, the baseline."""
