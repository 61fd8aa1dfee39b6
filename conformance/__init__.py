"""What LiveKit's own SDKs and the usual JWT libraries make of many spellings of a token."""
