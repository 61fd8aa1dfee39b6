"""Fuzzing: what must hold for every input, and drivers that look for one where it does not. Not part of the tests."""
