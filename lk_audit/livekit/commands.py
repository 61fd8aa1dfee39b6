"""The command lines that make LiveKit tokens: their flags, what each puts into the token, and how long it lives.

Sources: livekit/livekit-cli:cmd/lk/token.go (`lk token create`, and `create-token`, which versions before 2 have alone:
cmd/livekit-cli/token.go of v1.5.2), cmd/lk/utils.go (global flags); livekit/livekit:cmd/server/main.go and
cmd/server/commands.go (`livekit-server create-join-token`); livekit/protocol:auth/accesstoken.go (six hours where the
lifetime is not above zero).
"""

from __future__ import annotations

from msgspec import Struct, field

from lk_audit.livekit.durations import DAY, HOUR, MINUTE


class TokenCommand(Struct, frozen=True):
    """A command that prints a token.

    `switches` are the flags without a value with the grants that each gives, `values` the flags that take one with what
    it is. `always` are grants that it gives in any case, `maybe` flags that only some versions heed. `lifetime` is in
    seconds, and `unset_lifetime` what an empty or zero lifetime comes to; `needs_grant` tells that it makes no token
    unless a flag gives a grant.
    """

    label: str
    programs: frozenset[str]
    path: tuple[str, ...]
    switches: dict[str, tuple[str, ...]]
    values: dict[str, str]
    lifetime: float
    unset_lifetime: float = 6 * HOUR
    always: tuple[str, ...] = ()
    maybe: frozenset[str] = field(default_factory=frozenset)
    needs_grant: bool = True


PROGRAMS = frozenset({"lk", "livekit-cli", "livekit-server"})
"""The programs whose command lines are read."""
_CLI = frozenset({"lk", "livekit-cli"})
_GRANTS = {
    "create": ("roomCreate",),
    "list": ("roomList",),
    "join": ("roomJoin",),
    "admin": ("roomAdmin",),
    "egress": ("roomRecord",),
    "ingress": ("ingressAdmin",),
    "allow-update-metadata": ("canUpdateOwnMetadata",),
}
_GLOBAL_SWITCHES: dict[str, tuple[str, ...]] = dict.fromkeys(
    ("dev", "curl", "verbose", "yes", "y", "quiet", "q", "silent", "json", "j", "token-only"), ()
)
_GLOBAL_VALUES = dict.fromkeys(
    ("url", "api-key", "api-secret", "project", "subdomain", "config", "server-url", "dashboard-url"), ""
)
_VALUES = {
    "room": "room",
    "r": "room",
    "identity": "identity",
    "i": "identity",
    "name": "name",
    "n": "name",
    "metadata": "metadata",
    "valid-for": "ttl",
    "grant": "grant",
    "allow-source": "sources",
    **dict.fromkeys(("attribute", "attribute-file", "agent", "deployment", "d", "job-metadata", "open"), ""),
    **dict.fromkeys(("room-configuration", "room-preset"), ""),
}

TOKEN_COMMANDS = (
    TokenCommand(
        "lk token create",
        _CLI,
        ("token", "create"),
        {**_GLOBAL_SWITCHES, **_GRANTS, "inference": ("inference.perform",)},
        {**_GLOBAL_VALUES, **_VALUES},
        5 * MINUTE,
    ),
    TokenCommand(
        "livekit-cli create-token",
        _CLI,
        ("create-token",),
        {**_GLOBAL_SWITCHES, **_GRANTS, "recorder": ("roomRecord", "recorder", "hidden")},
        {**_GLOBAL_VALUES, **_VALUES},
        5 * MINUTE,
        # Version 2 accepts the flag and gives nothing for it.
        maybe=frozenset({"recorder"}),
    ),
    TokenCommand(
        "livekit-server create-join-token",
        frozenset({"livekit-server"}),
        ("create-join-token",),
        {"dev": (), "recorder": ("hidden", "recorder")},
        {
            **dict.fromkeys(("config", "config-body", "key-file", "keys", "region", "node-ip", "redis-host"), ""),
            "room": "room",
            "identity": "identity",
        },
        30 * DAY,
        always=("roomJoin",),
        needs_grant=False,
    ),
)

DEVELOPMENT_KEY = "devkey"
"""The key id of the pair that `livekit-server --dev` and `lk --dev` use (livekit/livekit:cmd/server/main.go)."""
_LONGEST_PATH = 2


def token_command(program: str, words: tuple[str | None, ...]) -> tuple[TokenCommand, int] | None:
    """The token command that a program's words call, and where among them its own flags begin; None for another.

    `program` may be a path, an image with a tag, a file with a suffix. Global flags may stand before the command.
    """
    name = program.replace("\\", "/").rpartition("/")[2].partition(":")[0].removesuffix(".exe")
    path: tuple[str, ...] = ()
    position = 0
    while position < len(words) and len(path) < _LONGEST_PATH:
        word = words[position]
        if word is None:
            return None
        position += 1
        if word.startswith("-"):
            position += "=" not in word and word.lstrip("-") in _GLOBAL_VALUES
            continue
        path = (*path, word)
        for command in TOKEN_COMMANDS:
            if command.path == path and name in command.programs:
                return command, position
    return None
