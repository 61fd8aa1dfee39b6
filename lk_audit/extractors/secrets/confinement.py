"""Whether a development credential stays on one machine: a server in development mode, or behind loopback ports.

Or in the stage of a Dockerfile that builds something for others.

`livekit-server --dev` listens on the loopback interface (livekit/livekit:cmd/server/main.go); so does a port that
Docker publishes on 127.0.0.1 (docs.docker.com/reference/compose-file/services, `ports`).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import PurePosixPath

from lk_audit.patterns import regex
from lk_audit.source import Source
from lk_audit.syntax import Document, Pair

_SERVER = regex(r"(?i)livekit/livekit-server|\blivekit-server\b")
_DEV = regex(r"(?:^|[\s\"'])--dev(?:$|[\s\"'])")
_LOOPBACK = regex(r"(?:127(?:\.\d{1,3}){3}|localhost|\[?::1\]?)(?:$|:)")
_IN_PRODUCTION = regex(r"(?i)(?:^|[._-])(?:prod|production|staging|live)(?:[._-]|$)[^/]*\Z")
"""How the name of a file says that it is for a server: behind a proxy, its loopback ports are public too."""
_SHORTEST_IN_USE = 32
"""Servers ask for secrets of so many characters (livekit/livekit:pkg/config/config.go, ValidateKeys)."""
_RUN_KEYS = frozenset({"command", "entrypoint", "args"})
_LINES_OF_COMMAND = 10


class Confinement:
    """What of a document runs on one machine only."""

    def __init__(self, source: Source, document: Document) -> None:
        self._source = source
        self._document = document

    def confines(self, pair: Pair) -> bool:
        """Whether the server that takes the credential at `pair` can be reached from its own machine only.

        Or whether nobody runs with it: a stage of a Dockerfile has it to build something, for which any word will do.
        """
        is_to_build = len(pair.value) < _SHORTEST_IN_USE and self._is_of_build(pair)
        return self._is_local_stack or self._is_development_command(pair) or is_to_build

    @cached_property
    def _is_local_stack(self) -> bool:
        """Whether every LiveKit server of a Compose file stays on the machine, and there is one."""
        if _IN_PRODUCTION.search(PurePosixPath(self._source.path).name):
            return False
        services = list(self._services())
        servers = [pairs for pairs in services if any(_SERVER.search(pair.value) for pair in pairs)]
        return bool(servers) and all(_runs_in_development(pairs) or _is_loopback_only(pairs) for pairs in servers)

    def _services(self) -> Iterator[list[Pair]]:
        found: dict[str, list[Pair]] = {}
        for pair in self._document.pairs:
            if len(pair.path) > 2 and pair.path[0] == "services" and not pair.commented:  # noqa: PLR2004 - and a setting
                found.setdefault(pair.path[1], []).append(pair)
        yield from found.values()

    def _is_of_build(self, pair: Pair) -> bool:
        if self._document.format != "text" or "file" not in self._source.path.lower():
            return False
        from lk_audit.project.images import Images  # noqa: PLC0415 - few scans meet a Dockerfile
        from lk_audit.project.stages import is_left_behind  # noqa: PLC0415 - as above

        return any(Images.dockerfiles([self._source.path])) and is_left_behind(self._source, pair.start)

    def _is_development_command(self, pair: Pair) -> bool:
        """Whether the credential stands in a command `livekit-server --dev ...`, which may go on over lines."""
        if self._document.format != "text":
            return False
        number = self._source.line_number(pair.start)
        command = "".join(self._command(number))
        return bool(_SERVER.search(command) and _DEV.search(command))

    def _command(self, number: int) -> Iterator[str]:
        """The lines of the command that a line is part of: all but its last end in a backslash."""
        first = number
        while number - first < _LINES_OF_COMMAND and self._goes_on(first - 1):
            first -= 1
        last = number
        while last - number < _LINES_OF_COMMAND and self._goes_on(last):
            last += 1
        for line in range(first, last + 1):
            yield self._source.line_text(line)[:4000].removesuffix("\\") + " "

    def _goes_on(self, number: int) -> bool:
        return self._source.line_text(number).endswith("\\")


def _runs_in_development(pairs: list[Pair]) -> bool:
    return any(_DEV.search(pair.value) for pair in pairs if not _RUN_KEYS.isdisjoint(pair.path[2:4]))


def _is_loopback_only(pairs: list[Pair]) -> bool:
    """Whether a service publishes ports, and all of them on the loopback interface."""
    if any(pair.path[2] == "network_mode" and pair.value == "host" for pair in pairs):
        return False
    short = [pair.value for pair in pairs if pair.path[2] == "ports" and len(pair.path) == 4]  # noqa: PLR2004 - an item
    long = {pair.path[3]: "" for pair in pairs if pair.path[2] == "ports" and len(pair.path) > 4}  # noqa: PLR2004
    long |= {pair.path[3]: pair.value for pair in pairs if pair.path[2] == "ports" and pair.path[-1] == "host_ip"}
    ports = [*short, *long.values()]
    return bool(ports) and all(_LOOPBACK.match(port) for port in ports)
