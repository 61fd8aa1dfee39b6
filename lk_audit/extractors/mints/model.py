"""What a mint is put together from, before its surroundings are looked at."""

from __future__ import annotations

from msgspec import Struct, field

from lk_audit.facts import Grants, Lifetime, Signer
from lk_audit.source import Place
from lk_audit.syntax import Call
from lk_audit.values.model import Possible


class Part(Struct, frozen=True):
    """What one setting of a token may be, and where it is set."""

    values: Possible
    place: Place


class MintParts(Struct, frozen=True, kw_only=True):
    """A mint as read from the code, before its surroundings are looked at.

    `settings` are all settings but lifetime and grants, by target: "identity", "kind", "api_secret" ...
    `grant_objects` are the values that the video grant may be; `refuses_credentials` tells that the SDK raises when
    there are any in the room configuration.
    """

    call: Call
    place: Place
    signer: Signer
    sdk: str
    lifetimes: tuple[Lifetime, ...]
    grants: Grants
    settings: dict[str, list[Part]] = field(default_factory=dict)
    grant_objects: Possible = ()
    writes_data_rights: bool = False
    refuses_credentials: bool = False


def leaves_data(grants: Grants) -> bool:
    """Whether publishing may be denied while nothing is said about data."""
    return grants.may_be("canPublish", value=False) and grants.get("canPublishData") is None
