"""Units that the names of a lifetime tell, where only the run tells its number: `token.ttl = settings.ttlSeconds`."""

from __future__ import annotations

from lk_audit.extractors.context import FileContext
from lk_audit.livekit.sdks import TtlUnit
from lk_audit.livekit.setting_names import name_words
from lk_audit.patterns import regex
from lk_audit.source import Place

_MILLISECONDS = frozenset({"ms", "millis", "milliseconds"})
"""How names end that tell the unit."""
_IN_SECONDS = frozenset(
    {
        *(TtlUnit.SECONDS, TtlUnit.SECONDS_OR_DEFAULT, TtlUnit.EXPIRES_IN),
        *(TtlUnit.SECONDS_OR_JOSE_SPAN, TtlUnit.SECONDS_OR_MS_SPAN),
    }
)
_NAME = r"[A-Za-z_$@][\w$]*"
_TERM = rf"{_NAME}(?:(?:\.|\?\.|->|::|!!\.){_NAME})*(?:\(\))?[!?]*"
_SUM = regex(rf"{_TERM}(?:\s*\+\s*(?:{_TERM}|\d{{1,9}}[lL]?)){{0,3}}")
"""Names, members and calls without arguments, alone or added up: nothing changes their unit."""
_ENTRY = regex(rf"['\"]?\s*(?::|=>)\s*({_SUM.pattern})\s*[,}})\n]")
"""What an option is given, behind its name."""
_LONGEST = 200
_LAST = regex(rf"({_NAME})(?:\(\))?[!?]*(?=\s*(?:\+|$))")
"""The name that says what a term is."""


def slip_told_by_name(context: FileContext, place: Place, unit: TtlUnit) -> str | None:
    """The slip, where a setting counts seconds and is given what is called milliseconds.

    Tokens then live a thousand times as long as anybody meant. A name is not enough to speak of the opposite: tokens
    that expire too soon harm nobody.
    """
    text = _written(context, place) if unit in _IN_SECONDS and place.path == context.source.path else ""
    for name in _LAST.findall(text):
        *before, last = name_words(name) or ("",)
        if before and last in _MILLISECONDS:
            return f"the number counts seconds, and {name} is in another unit"
    return None


def _written(context: FileContext, place: Place) -> str:
    """The names that a lifetime is written in; nothing where something else is done to them."""
    data = context.source.data
    text = data[place.start : place.end].decode("utf-8", "replace")
    if not _SUM.fullmatch(text):
        return ""
    entry = _ENTRY.match(data[place.end : place.end + _LONGEST].decode("utf-8", "replace"))
    return entry[1] if entry else text
