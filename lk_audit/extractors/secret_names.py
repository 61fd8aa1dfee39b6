"""Names that mean the LiveKit API secret: LiveKit's own words, and what the project calls it."""

from __future__ import annotations

from lk_audit.hints import NOTHING, Hints
from lk_audit.livekit.credentials import is_secret_name, public_prefix


class SecretNames:
    """Tells names of the API secret from others.

    A name that the project states (`secret-names` of the configuration) also counts behind a prefix that publishes it.
    """

    def __init__(self, hints: Hints = NOTHING) -> None:
        self._hints = hints

    def means(self, name: str) -> bool:
        """Whether a name means the API secret."""
        return is_secret_name(name) or self.are_stated(name)

    def are_stated(self, name: str) -> bool:
        """Whether the project says so."""
        if not self._hints.secret_names:
            return False
        prefix, _ = public_prefix(name) or ("", "")
        return self._hints.names_secret(name) or self._hints.names_secret(name.removeprefix(prefix))

    def occur_in(self, text: bytes) -> bool:
        """Whether a name that the project states may be in a text."""
        return any(word in text for word in self._hints.secret_words)


USUAL = SecretNames()
"""What LiveKit's own words tell."""
