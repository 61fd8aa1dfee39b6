"""API secrets that are written down, and where they go."""
