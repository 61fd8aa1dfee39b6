"""What a rule says should change, in words of LiveKit and free of any language; `fixes` turns them into edits.

A place is one that the fact names: that of a setting, a grant or a literal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from lk_audit.source import Place

if TYPE_CHECKING:
    from lk_audit.livekit.sdks import TtlUnit


@dataclass(frozen=True, slots=True)
class LimitLifetime:
    """Shorten the lifetime set at `place`, in whatever way it is written, to `longest` seconds."""

    place: Place
    unit: TtlUnit
    longest: float


@dataclass(frozen=True, slots=True)
class CorrectUnit:
    """Write the lifetime at `place` with the unit that was meant, and not above `longest` seconds."""

    place: Place
    unit: TtlUnit
    longest: float


@dataclass(frozen=True, slots=True)
class AddLifetime:
    """Give the token that the call of `mint` makes a lifetime of `seconds`."""

    mint: Place
    seconds: float


@dataclass(frozen=True, slots=True)
class RemoveGrants:
    """Take grants away. Their places are those of the entries, arguments or values that give them."""

    names: tuple[str, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class CorrectGrant:
    """Write the grant that the unknown `spelled` is a spelling of, or leave it out where LiveKit ignores it anyway."""

    place: Place
    spelled: str
    is_ignored: bool


@dataclass(frozen=True, slots=True)
class DenyData:
    """Deny data messages where publishing is denied at `place`."""

    place: Place


@dataclass(frozen=True, slots=True)
class DenyPublishing:
    """Deny publishing, data messages included, beside the grant at `place`, or `instead` of it."""

    place: Place
    instead: bool = False


@dataclass(frozen=True, slots=True)
class NameRoom:
    """Name the room beside the grant at `place`, or `instead` of the empty one there."""

    place: Place
    instead: bool = False


@dataclass(frozen=True, slots=True)
class ReadFromEnvironment:
    """Read the API secret that is spelled out at `place` from the environment; a fallback is dropped."""

    place: Place


@dataclass(frozen=True, slots=True)
class EncryptAddress:
    """Put the encrypted scheme in front of the address at `place`: an `s` after `scheme`."""

    place: Place
    scheme: str


@dataclass(frozen=True, slots=True)
class RenameVariable:
    """Take the public prefix off an environment variable, wherever it is set and read."""

    name: str
    new: str


@dataclass(frozen=True, slots=True)
class CheckSignature:
    """Remove the argument of the call at `place` that switches the check of a signature off."""

    place: Place


Repair: TypeAlias = (
    LimitLifetime
    | CorrectUnit
    | AddLifetime
    | RemoveGrants
    | CorrectGrant
    | DenyData
    | DenyPublishing
    | NameRoom
    | ReadFromEnvironment
    | EncryptAddress
    | RenameVariable
    | CheckSignature
)
