"""LiveKit's webhooks, and whether code knows who sent them."""
