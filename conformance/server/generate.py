"""Ask real LiveKit servers about every token and record the answers: `python -m conformance.server.generate`."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp

from conformance.server.cases import CASES, VECTORS, Answer
from conformance.server.probes import KEY, SECRET, tried
from conformance.server.servers import RELEASES, Release, binary, running


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a vector would change")
    parser.add_argument(
        "--binaries",
        type=Path,
        default=Path(tempfile.gettempdir()) / "livekit-servers",
        help="where built servers are, or are put (default: %(default)s)",
    )
    options = parser.parse_args(arguments)
    options.binaries.mkdir(parents=True, exist_ok=True)
    found = {release.version: asyncio.run(asked(release, options.binaries)) for release in RELEASES}
    text = rendered(found)
    changed = not VECTORS.exists() or VECTORS.read_text(encoding="utf-8") != text
    if changed:
        sys.stdout.write(f"{'would change' if options.check else 'changed'}: {VECTORS.name}\n")
    if changed and not options.check:
        VECTORS.write_text(text, encoding="utf-8")
    return 1 if changed and options.check else 0


async def asked(release: Release, folder: Path) -> dict[str, dict[str, Answer]]:
    """What one release answers, by the names of the cases."""
    program = binary(release, folder)
    # A server that fails closes its connection: none is used twice.
    connector = aiohttp.TCPConnector(force_close=True)
    async with running(program, KEY, SECRET, folder) as address, aiohttp.ClientSession(connector=connector) as session:
        return {case.name: await tried(session, address, case) for case in CASES}


def rendered(found: dict[str, dict[str, dict[str, Answer]]]) -> str:
    """The vectors as text: one case after the other, the releases beside each other."""
    recorded: dict[str, Any] = {
        "servers": {release.version: release.built for release in RELEASES},
        "cases": {case.name: {version: answers[case.name] for version, answers in found.items()} for case in CASES},
    }
    return json.dumps(recorded, indent=1) + "\n"


if __name__ == "__main__":
    sys.exit(main())
