"""The calls that make, sign and check LiveKit tokens, as tables: one module a language, one row a spelling.

Names are full names as `values.names` gives them ("livekit.api.AccessToken").
"""

from __future__ import annotations

from lk_audit.livekit.sdks import csharp, dart, elixir, go, javascript, jvm, php, python, ruby, rust, swift
from lk_audit.livekit.sdks.javascript import NODE, NODE_V1, SIGN_JWT_MEMBERS
from lk_audit.livekit.sdks.model import (
    Claim,
    ClaimBuilder,
    Family,
    GrantHelper,
    JwtBuilder,
    JwtClass,
    JwtSigner,
    LaterSigner,
    Sdk,
    SecretSink,
    Setting,
    TtlUnit,
)
from lk_audit.livekit.sdks.python import PYTHON, PYTHON_LEGACY
from lk_audit.livekit.sdks.ruby import RUBY, RUBY_BEFORE_0_7
from lk_audit.livekit.sdks.rust import RUST, RUST_BEFORE_0_8

__all__ = [
    "CLAIM_BUILDERS",
    "CLAIM_STRUCTS",
    "GRANT_CLASSES",
    "GRANT_HELPERS",
    "HMAC_CALLS",
    "JWT_BUILDERS",
    "JWT_CLASSES",
    "JWT_SIGNERS",
    "LATER_SIGNERS",
    "METHODS",
    "NODE",
    "NODE_V1",
    "PYTHON",
    "PYTHON_LEGACY",
    "REALTIME_ROOMS",
    "RUBY",
    "RUBY_BEFORE_0_7",
    "RUST",
    "RUST_BEFORE_0_8",
    "SECRET_SINKS",
    "SIGN_JWT_CLASSES",
    "SIGN_JWT_MEMBERS",
    "SINGLE_GRANTS",
    "TOKEN_CONSTRUCTORS",
    "Claim",
    "ClaimBuilder",
    "GrantHelper",
    "JwtBuilder",
    "JwtClass",
    "JwtSigner",
    "LaterSigner",
    "Sdk",
    "SecretSink",
    "Setting",
    "TtlUnit",
    "is_known",
]

_FAMILIES: tuple[Family, ...] = (
    *(python.FAMILY, javascript.FAMILY, go.FAMILY, jvm.FAMILY, php.FAMILY, ruby.FAMILY, dart.FAMILY, swift.FAMILY),
    *(csharp.FAMILY, rust.FAMILY, elixir.FAMILY),
)

TOKEN_CONSTRUCTORS: dict[str, Sdk] = {name: row for family in _FAMILIES for name, row in family.constructors.items()}
GRANT_CLASSES: dict[str, str] = {name: kind for family in _FAMILIES for name, kind in family.grant_classes.items()}
"""Classes and structs that hold grants by their last name, and the grant object each makes."""
SECRET_SINKS: dict[str, SecretSink] = {name: row for family in _FAMILIES for name, row in family.sinks.items()}
"""Calls whose arguments are LiveKit credentials; a literal there is a credential literal."""
REALTIME_ROOMS: frozenset[str] = frozenset().union(*(family.rooms for family in _FAMILIES))
"""Rooms that a program on a server connects to by itself; a token minted beside one is its own."""
JWT_SIGNERS: dict[str, JwtSigner] = {name: row for family in _FAMILIES for name, row in family.signers.items()}
SIGN_JWT_CLASSES: dict[str, str] = {name: kind for family in _FAMILIES for name, kind in family.sign_classes.items()}
"""jose's builder: the payload is the constructor's argument, the secret that of `sign`."""
LATER_SIGNERS: dict[str, LaterSigner] = {
    name: row for family in _FAMILIES for name, row in family.later_signers.items()
}
CLAIM_STRUCTS: dict[str, dict[str, str]] = {
    name: row for family in _FAMILIES for name, row in family.claim_structs.items()
}
JWT_BUILDERS: dict[str, JwtBuilder] = {name: row for family in _FAMILIES for name, row in family.builders.items()}
SINGLE_GRANTS: dict[str, Claim] = {name: row for family in _FAMILIES for name, row in family.single_grants.items()}
"""Classes that hold one grant each, by full name."""
CLAIM_BUILDERS: dict[str, ClaimBuilder] = {
    name: row for family in _FAMILIES for name, row in family.claim_builders.items()
}
JWT_CLASSES: dict[str, JwtClass] = {name: row for family in _FAMILIES for name, row in family.jwt_classes.items()}
GRANT_HELPERS: dict[str, GrantHelper] = {
    name: row for family in _FAMILIES for name, row in family.grant_helpers.items()
}
HMAC_CALLS: frozenset[str] = frozenset().union(*(family.hmacs for family in _FAMILIES))
"""Calls that sign by hand: with a LiveKit payload in the same file they make a token."""


_TABLES = (
    *(TOKEN_CONSTRUCTORS, SECRET_SINKS, JWT_SIGNERS, SIGN_JWT_CLASSES, JWT_BUILDERS, JWT_CLASSES, LATER_SIGNERS),
    *(SINGLE_GRANTS, GRANT_HELPERS),
)
METHODS: frozenset[str] = frozenset({"Encode", "authenticate", "ReadJwtToken", "ReadToken", "ReadJsonWebToken"})
"""Methods of objects that sign or read tokens, which a table knows by the class of the object."""


def is_known(name: str) -> bool:
    """Whether a full name stands in one of these tables."""
    return any(name in table for table in _TABLES) or (
        name in HMAC_CALLS or name in REALTIME_ROOMS or name.rpartition(".")[2] in GRANT_CLASSES
    )
