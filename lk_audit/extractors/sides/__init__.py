"""On which side code runs, and which code reaches a client."""
