"""What LiveKit servers answer to tokens."""
