"""Tokens that there are: which of them are LiveKit's, who signed them, and what becomes of them."""
