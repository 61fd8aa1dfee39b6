"""Which functions answer requests, by what frameworks call them."""
