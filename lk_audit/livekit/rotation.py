"""How a LiveKit API secret that has been seen is replaced.

Sources: docs.livekit.io, "Keys and tokens" (Cloud keys are made and deleted in the project's settings);
livekit/livekit:config-sample.yaml (`keys:` is a map, so that two pairs can be valid at once) and cmd/server/main.go
(`generate-keys`; the configuration is read when the server starts).
"""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.facts import CredentialLiteral, Custody, Hosting, JwtLiteral
from lk_audit.patterns import regex


def rotation(key_id: str | None, hosting: Hosting) -> str:
    """What to do, as a clause without a full stop; `key_id` is the key whose secret was seen, where it is known."""
    key = f"key {key_id}" if key_id else "the old key"
    return _STEPS[hosting].format(key=key)


def out_of_git(literal: CredentialLiteral | JwtLiteral) -> Iterator[str]:
    """How git loses hold of the environment file that a secret or a token lies in, as a sentence."""
    path = literal.place.path
    name = path.rpartition("/")[2]
    if literal.custody in {Custody.TRACKED, Custody.STAGED}:
        yield f"Take the file out of git (`git rm --cached {_typed(path)}`) and list {name} in .gitignore."
    elif literal.custody is Custody.LOOSE:
        yield f"List {name} in .gitignore before the next `git add` takes it along."


def out_of_images(literal: CredentialLiteral) -> Iterator[str]:
    """How images go without the environment file that a secret lies in, as a sentence."""
    if literal.copied_at is not None:
        name = literal.place.path.rpartition("/")[2]
        yield f"List {name} in .dockerignore, and give the container its environment when it starts."


def _typed(path: str) -> str:
    """A path as it is typed in a shell."""
    if not _NEEDS_QUOTES.search(path):
        return path
    from shlex import quote  # noqa: PLC0415 - few paths need it

    return quote(path)


_NEEDS_QUOTES = regex(r"[^\w./-]")
_CLOUD = (
    "in the settings of the LiveKit Cloud project create another API key, give it to your backends, then delete {key}"
)
_OWN = (
    "make a pair with `livekit-server generate-keys`, add it under `keys:` of the server (or LIVEKIT_KEYS) and to your "
    "backends, then remove {key} there and restart the server"
)
_STEPS = {
    Hosting.CLOUD: _CLOUD,
    Hosting.OWN: _OWN,
    Hosting.UNKNOWN: (
        "on LiveKit Cloud create another API key in the project's settings and delete {key}; on your own server "
        "replace the pair under `keys:` (`livekit-server generate-keys` makes one)"
    ),
}
