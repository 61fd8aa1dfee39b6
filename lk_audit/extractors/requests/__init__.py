"""Which requests lead to a piece of code, and what they decide there."""
