"""Who calls, as far as code asks: in front of handlers, in them, and around applications."""
