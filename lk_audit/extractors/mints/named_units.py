"""Units that the names of a lifetime tell, where only the run tells its number: `token.ttl = settings.ttlSeconds`."""

from __future__ import annotations

from lk_audit.extractors.context import FileContext
from lk_audit.facts import Expiry
from lk_audit.livekit.credentials import name_words
from lk_audit.livekit.sdks import TtlUnit
from lk_audit.patterns import regex
from lk_audit.source import Place

_SECOND = 1000
_LENGTHS = {
    **dict.fromkeys(("ms", "millis", "milliseconds"), 1),
    **dict.fromkeys(("sec", "secs", "seconds"), _SECOND),
    **dict.fromkeys(("mins", "minutes"), 60 * _SECOND),
    **dict.fromkeys(("hrs", "hours"), 3600 * _SECOND),
}
"""Milliseconds, by how names end that tell a unit."""
_COUNTED = {
    TtlUnit.MILLISECONDS: ("milliseconds", 1),
    **dict.fromkeys(
        (
            *(TtlUnit.SECONDS, TtlUnit.SECONDS_OR_DEFAULT, TtlUnit.EXPIRES_IN),
            *(TtlUnit.SECONDS_OR_JOSE_SPAN, TtlUnit.SECONDS_OR_MS_SPAN),
        ),
        ("seconds", _SECOND),
    ),
}
"""What a setting counts, and how many milliseconds that is."""
_NAME = r"[A-Za-z_$@][\w$]*"
_TERM = rf"{_NAME}(?:(?:\.|\?\.|->|::|!!\.){_NAME})*(?:\(\))?[!?]*"
_SUM = regex(rf"{_TERM}(?:\s*\+\s*(?:{_TERM}|\d{{1,9}}[lL]?)){{0,3}}")
"""Names, members and calls without arguments, alone or added up: nothing changes their unit."""
_ENTRY = regex(rf"['\"]?\s*(?::|=>)\s*({_SUM.pattern})\s*[,}})\n]")
"""What an option is given, behind its name."""
_LONGEST = 200
_LAST = regex(rf"({_NAME})(?:\(\))?[!?]*(?=\s*(?:\+|$))")
"""The name that says what a term is."""


def told_by_name(context: FileContext, place: Place, unit: TtlUnit) -> tuple[Expiry, str] | None:
    """What comes of a lifetime at `place`, and the slip, where its name tells another unit than the setting counts."""
    counted, of = _COUNTED.get(unit, ("", 0))
    text = _written(context, place) if counted and place.path == context.source.path else ""
    for name in _LAST.findall(text):
        *before, last = name_words(name) or ("",)
        length = _LENGTHS.get(last, of) if before else of
        if length != of:
            is_short = length > of
            slip = f"the number counts {counted}, and {name} is in another unit"
            return (Expiry.BORN_EXPIRED if is_short else Expiry.UNKNOWN), slip
    return None


def _written(context: FileContext, place: Place) -> str:
    """The names that a lifetime is written in; nothing where something else is done to them."""
    data = context.source.data
    text = data[place.start : place.end].decode("utf-8", "replace")
    if not _SUM.fullmatch(text):
        return ""
    entry = _ENTRY.match(data[place.end : place.end + _LONGEST].decode("utf-8", "replace"))
    return entry[1] if entry else text
