"""Configuration files: one table of settings that reads, checks and documents them."""
