"""What a token allows, who decides it, and with whom it stays."""
