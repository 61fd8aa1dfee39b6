"""Which files there are, and their bytes: listed through git or by walking, and told by what the file system says."""
