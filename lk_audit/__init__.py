"""Finds the mistakes that give a stranger a LiveKit room, or the whole project."""

__version__ = "0.1.0"
