"""Names that mean the LiveKit API secret: LiveKit's own words, and what the project calls it."""

from __future__ import annotations

import re

from lk_audit.hints import NOTHING, Hints
from lk_audit.livekit.setting_names import (
    is_environments_secret_name,
    is_generic_secret_name,
    is_secret_name,
    public_prefix,
)
from lk_audit.patterns import regex


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
        """Whether the project says so, also where it is the last part of a longer name: `env.NAME`."""
        if not self._hints.secret_names:
            return False
        *_, last = name.rpartition(".")
        if last != name and self.are_stated(last):
            return True
        prefix, _ = public_prefix(name) or ("", "")
        return self._hints.names_secret(name) or self._hints.names_secret(name.removeprefix(prefix))

    def occur_in(self, text: bytes) -> bool:
        """Whether a name that the project states may be in a text."""
        return any(word in text for word in self._hints.secret_words)

    def are_used_in(self, code: bytes) -> bool:
        """Whether code mentions a name of the API secret, or one such as `secret` beside a text that may be it.

        Names of other secrets, and what only reads `secret` from somewhere, tell nothing about LiveKit's.
        """
        if self.occur_in(code):
            return True
        paths = {_path_around(code, found) for found in _SECRET.finditer(code)}
        names = paths | {path.rpartition(".")[2] for path in paths}
        if any(map(is_secret_name, names)):
            return True
        is_told = any(is_generic_secret_name(name) or is_environments_secret_name(name) for name in names)
        return is_told and any(form.search(code) for form in (_WRITTEN, _BARE))


_SECRET = regex(rb"secret|Secret|SECRET")
_LONGEST = 80
_BEFORE = regex(rb"[\w.$:-]{0,80}\Z")
_AFTER = regex(rb"[\w-]{0,40}")
_WRITTEN = regex(
    rb"(?:secret|Secret|SECRET)\w{0,30}[^\n]{0,120}?[=:,(>?|][\s(\[{]{0,40}(?:[a-zA-Z]{0,2}[\"'`]|[(\[{\d]|[a-z]{2,8}!?\()"
)
"""A text, bytes or a call that makes some of one, given to a name with that word in it."""
_BARE = regex(
    rb"(?:secret|Secret|SECRET)\w{0,30}[^\w\n]{1,8}(?:(?=[A-Za-z+/_-]{0,31}\d)[A-Za-z0-9+/_-]{20}|[A-Za-z0-9]{32})"
)
"""A random-looking word after such a name: comments hold settings and commands that quote nothing."""


def _path_around(code: bytes, found: re.Match[bytes]) -> str:
    """The name that a word is part of, with those before it: `settings.livekit_api_secret`."""
    before = _BEFORE.search(code[max(0, found.start() - _LONGEST) : found.start()])
    after = _AFTER.match(code, found.end())
    return b"".join(part[0] if part else b"" for part in (before, found, after)).decode("latin-1")


USUAL = SecretNames()
"""What LiveKit's own words tell."""
