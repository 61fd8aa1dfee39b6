"""What a rule says should change, in words of LiveKit and free of any language; `fixes` turns them into edits.

A place is one that the fact names: that of a setting, a grant or a literal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from lk_audit.source import Place

if TYPE_CHECKING:
    from lk_audit.livekit.sdks import TtlUnit


class LimitLifetime(Struct, frozen=True):
    """Shorten the lifetime set at `place`, in whatever way it is written, to `longest` seconds."""

    place: Place
    unit: TtlUnit
    longest: float


class CorrectUnit(Struct, frozen=True):
    """Write the lifetime at `place` with the unit that was meant, and not above `longest` seconds."""

    place: Place
    unit: TtlUnit
    longest: float


class AddLifetime(Struct, frozen=True):
    """Give the token that the call of `mint` makes a lifetime of `seconds`."""

    mint: Place
    seconds: float


class RemoveGrants(Struct, frozen=True):
    """Take grants away. Their places are those of the entries, arguments or values that give them."""

    names: tuple[str, ...]
    places: tuple[Place, ...]


class CorrectGrant(Struct, frozen=True):
    """Write the grant that the unknown `spelled` is a spelling of, or leave it out where LiveKit ignores it anyway."""

    place: Place
    spelled: str
    is_ignored: bool


class DenyData(Struct, frozen=True):
    """Deny data messages where publishing is denied at `place`."""

    place: Place


class DenyPublishing(Struct, frozen=True):
    """Deny publishing, data messages included, beside the grant at `place`, or `instead` of it."""

    place: Place
    instead: bool = False


class NameRoom(Struct, frozen=True):
    """Name the room beside the grant at `place`, or `instead` of the empty one there."""

    place: Place
    instead: bool = False


class ReadFromEnvironment(Struct, frozen=True):
    """Read the API secret that is spelled out at `place` from the environment; a fallback is dropped."""

    place: Place


class EncryptAddress(Struct, frozen=True):
    """Put the encrypted scheme in front of the address at `place`: an `s` after `scheme`."""

    place: Place
    scheme: str


class RenameVariable(Struct, frozen=True):
    """Take the public prefix off an environment variable, wherever it is set and read."""

    name: str
    new: str


class CheckSignature(Struct, frozen=True):
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
