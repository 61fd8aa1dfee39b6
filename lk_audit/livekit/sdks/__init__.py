"""The calls that make, sign and check LiveKit tokens, as tables: one module a family of languages, one row a spelling.

Names are full names as `values.names` gives them ("livekit.api.AccessToken").
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import cast

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

__all__ = [
    "FAMILIES",
    "GRANT_CLASSES",
    "METHODS",
    "Claim",
    "ClaimBuilder",
    "Family",
    "GrantHelper",
    "JwtBuilder",
    "JwtClass",
    "JwtSigner",
    "LaterSigner",
    "Sdk",
    "SecretSink",
    "Setting",
    "TtlUnit",
    "family",
    "is_known",
]

FAMILIES = (*("python", "javascript", "go", "jvm", "php", "ruby", "dart", "swift", "csharp", "rust", "elixir"),)
"""The families of languages that SDKs or JWT libraries are known of, as `languages.Language` names them."""
_OTHERS = ("Agent", "AgentEndpoint", "AgentThread", "Inference", "Observability")
GRANT_CLASSES: dict[str, str] = {
    **dict.fromkeys(("VideoGrants", "VideoGrant", "Grants"), "grants"),
    **dict.fromkeys(("SIPGrants", "SIPGrant", "SipGrants", "SipGrant"), "sip"),
    **{f"{name}{ending}": f"{name[0].lower()}{name[1:]}" for name in _OTHERS for ending in ("Grants", "Grant")},
}
"""Classes and structs that hold grants by their last name, in any language, and the grant object each makes."""
METHODS: frozenset[str] = frozenset({"Encode", "authenticate", "ReadJwtToken", "ReadToken", "ReadJsonWebToken"})
"""Methods of objects that sign or read tokens, which a table knows by the class of the object."""


@cache
def family(name: str) -> Family:
    """The tables of a family of languages, whose module is imported now; empty ones of an unknown family."""
    if name not in FAMILIES:
        return Family()
    return cast("Family", import_module(f"{__name__}.{name}").FAMILY)


def is_known(name: str, of: Family) -> bool:
    """Whether a full name stands in one of the tables of a family."""
    tables = (
        *(of.constructors, of.sinks, of.signers, of.sign_classes, of.builders, of.jwt_classes, of.later_signers),
        *(of.single_grants, of.grant_helpers, of.hmacs, of.rooms),
    )
    return any(name in table for table in tables) or name.rpartition(".")[2] in GRANT_CLASSES
