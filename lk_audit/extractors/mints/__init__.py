"""Tokens that code makes, whatever signs them."""
