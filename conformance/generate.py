"""Mint every spelling with the real library and record what the tokens say: `python -m conformance.generate`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from conformance.catalogue import Library, Outcome, spellings, vectors_file
from conformance.minting import go, javascript, jvm, php, python, ruby, rust

NOW = 1_767_225_600
"""The time at which tokens are minted, 2026-01-01 in UTC, in seconds."""
LATER = NOW + 100 * 24 * 3600
"""The time at which they are minted again: how `exp` moves between the two tells what it is."""

MINTERS = {
    Library.PYTHON: python.minter("livekit-api", "PyJWT"),
    Library.NODE: javascript.minter("javascript", "livekit-server-sdk", "livekit-server-sdk/node_modules/jose"),
    Library.NODE_V1: javascript.minter("javascript_v1", "livekit-server-sdk", "jsonwebtoken", "ms"),
    Library.GO: go.minter("github.com/livekit/protocol", "github.com/golang-jwt/jwt/v5"),
    Library.RUST: rust.minter("rust", "livekit-api", "livekit-token", "jsonwebtoken"),
    Library.RUST_0_6: rust.minter("rust_0_6", "livekit-api", "jsonwebtoken"),
    Library.KOTLIN: jvm.minter("livekit-server", "java-jwt"),
    Library.JAVA: jvm.minter("livekit-server", "java-jwt"),
    Library.RUBY: ruby.minter({"livekit-server-sdk": "livekit", "jwt": "jwt"}),
    Library.PHP: php.minter("agence104/livekit-server-sdk", "firebase/php-jwt"),
    Library.RAW_PYTHON: python.minter("Authlib", "PyJWT", "joserfc", "python-jose"),
    Library.RAW_NODE: javascript.minter(
        "javascript", "@tsndr/cloudflare-worker-jwt", "crypto-js", "hono", "jose", "jsonwebtoken", "jsrsasign", "ms"
    ),
    Library.RAW_GO: go.minter("github.com/golang-jwt/jwt/v5"),
    Library.RAW_RUST: rust.minter("rust", "jsonwebtoken"),
    Library.RAW_JAVA: jvm.minter("java-jwt", "jjwt-api", "nimbus-jose-jwt"),
    Library.RAW_RUBY: ruby.minter({"jwt": "jwt"}),
    Library.RAW_PHP: php.minter("firebase/php-jwt", "lcobucci/jwt"),
}
_REGISTERED = frozenset({"iss", "sub", "exp", "nbf", "iat", "jti", "name", "metadata", "attributes"})
"""Claims that no vector holds: they are not evaluated, or change with the clock."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a vector would change")
    parser.add_argument("libraries", nargs="*", metavar="LIST", help="only these lists of spellings")
    given = parser.parse_args(arguments)
    unknown = sorted(set(given.libraries) - {library.value for library in Library})
    if unknown:
        parser.error(f"there is no list called {', '.join(unknown)}; there are {', '.join(it.value for it in Library)}")
    chosen = [library for library in Library if not given.libraries or library.value in given.libraries]
    changed = [library for library in chosen if renew(library, write=not given.check)]
    return 1 if given.check and changed else 0


def renew(library: Library, *, write: bool) -> bool:
    """Mint the spellings of a library if its toolchain is here and say what came of it; tell whether vectors change."""
    missing = MINTERS[library].missing()
    if missing:
        sys.stdout.write(f"skipped, its vectors stay as they are: {library.value}: {missing}\n")
        return False
    changed = update(library, write=write)
    if changed:
        sys.stdout.write(f"{'changed' if write else 'would change'}: {vectors_file(library).name}\n")
    return changed


def update(library: Library, *, write: bool) -> bool:
    """Mint the spellings of a library; tell whether that changes its vectors.

    Raises:
        RuntimeError: no spelling makes a token, so it is not the spellings that fail.
    """
    listed = spellings(library)
    minter = MINTERS[library]
    first, second = minter.mint(listed, (NOW, LATER))
    outcomes = {
        spelling.id: [outcome(*pair) for pair in zip(*runs, strict=True)]
        for spelling, *runs in zip(listed, first, second, strict=True)
    }
    if not any(run["outcome"] == "token" for runs in outcomes.values() for run in runs):
        raise RuntimeError(f"{library.value}: not one token was made")
    text = render(minter.versions(), outcomes)
    file = vectors_file(library)
    changed = not file.exists() or file.read_text(encoding="utf-8") != text
    if write and changed:
        file.write_text(text, encoding="utf-8")
    return changed


def outcome(first: dict[str, Any], second: dict[str, Any]) -> Outcome:
    """What is recorded of one run of a spelling, from its results at `NOW` and at `LATER`."""
    if "error" in first:
        return {"outcome": "error", "error": first["error"]}
    payload = first["payload"]
    recorded: Outcome = {"outcome": "token", **expiry(payload.get("exp"), second["payload"].get("exp"))}
    recorded["video"] = payload.get("video")
    other = {name: value for name, value in payload.items() if name not in _REGISTERED | {"video", "kind"}}
    if other:
        recorded["other"] = other
    if "kind" in payload:
        recorded["kind"] = payload["kind"]
    return recorded


def expiry(first: float | None, second: float | None) -> Outcome:
    """What `exp` is, by how it moved while the clock went from `NOW` to `LATER`.

    Raises:
        ValueError: it moved in a way that makes no sense.
    """
    if first is None or second is None:
        return {"lifetime": None}
    speed = (second - first) / (LATER - NOW)
    match round(speed, 3):
        case 0:
            milliseconds = {"exp_in_milliseconds": True} if first > NOW * 100 else {}
            return {"lifetime": None, "absolute_exp": first, **milliseconds}
        case 1:
            return {"lifetime": round(first - NOW)}
        case 2:
            return {"lifetime": round(first - NOW), "lifetime_grows": True}
        case 1000:
            return {"lifetime": None, "exp_in_milliseconds": True}
    raise ValueError(f"exp moves {speed} times as fast as the clock")


def render(packages: dict[str, str], outcomes: dict[str, list[Outcome]]) -> str:
    """The vectors as JSON, a line for each spelling."""
    lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(outcomes[name])}" for name in outcomes)
    return f'{{\n  "packages": {json.dumps(packages)},\n  "spellings": {{\n{lines}\n  }}\n}}\n'


if __name__ == "__main__":
    sys.exit(main())
