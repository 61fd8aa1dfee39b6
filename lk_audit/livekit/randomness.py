"""What code calls for something that nobody can choose: the names of random generators, by their full names.

Sources: the documentation of the standard libraries (Python `uuid`, `secrets`, `random`; Web Crypto and Node `crypto`;
Java `java.util.UUID`; .NET `System.Guid`; PHP; Ruby `SecureRandom`; Dart and Swift `UUID`) and of the packages uuid and
nanoid (npm), google/uuid (Go), uuid (crates.io).
"""

from __future__ import annotations

RANDOM_CALLS = frozenset(
    {"uuid.uuid4", "uuid.uuid1", "secrets.token_hex", "secrets.token_urlsafe", "secrets.choice", "secrets.randbelow"}
    | {"random.randint", "random.choice", "random.choices", "random.random", "random.randrange", "random.getrandbits"}
    | {"crypto.randomUUID", "crypto.randomBytes", "crypto.randomInt", "crypto.getRandomValues", "Math.random"}
    | {"uuid.v4", "uuid.v1", "uuid.v7", "nanoid.nanoid"}
    | {"github.com/google/uuid.New", "github.com/google/uuid.NewString", "github.com/google/uuid.NewRandom"}
    | {"java.util.UUID.randomUUID", "UUID.randomUUID", "System.Guid.NewGuid", "Guid.NewGuid"}
    | {"random_bytes", "random_int", "uniqid", "SecureRandom.hex", "SecureRandom.uuid", "SecureRandom.alphanumeric"}
    | {"uuid.Uuid.new_v4", "Uuid.new_v4"}
)


def is_random_call(name: str) -> bool:
    """Whether a call, or one of what it gives (`Math.random.toString.slice`), asks a random generator."""
    parts = name.removeprefix("node:").split(".")
    return any(".".join(parts[:end]) in RANDOM_CALLS for end in range(len(parts), 0, -1))
