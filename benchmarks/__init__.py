"""Comparisons with other tools; see README.md."""
