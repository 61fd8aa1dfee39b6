"""The forms in which a word stands in code that does something with it: made, called, stored, gone to, quoted.

A mention alone says little: a type, an import and a comment mention a class too.
"""

from __future__ import annotations

from lk_audit.patterns import regex
from lk_audit.standing import ANYWHERE, Form, Standing

_MADE = (
    Form(
        regex(rb"(?:(?<!\w)|(?<=New))\Z"),
        regex(
            rb"""(?x) (?!\w) (?:
              \s{0,40} (?:<[^<>\n]{0,80}>\s{0,9})? !? (?: \( | \?? \. | :: )        # NAME(, NAME.create(, NAME::new(
            | ["'`]? [\])]{1,2} \s{0,9} \(                                          # (x.NAME)(, x["NAME"](
            | \s{1,9} as\b | , \s{0,9} as: | \s{0,9} : \s{0,9} [\w$]{1,60} \s{0,9} [,}]    # by another name
            | \?? \s{1,9} \w{1,60} [^=\n]{0,80} = >? \s{0,9} new\b                   # NAME name = new(
            )"""
        ),
    ),
    Form(
        regex(
            rb"(?:(?:\bnew\s{1,9}|=\s{0,9})(?:[\w$]{1,30}[.:\\]{1,2}|\\){0,9}|,\s{0,9}(?:[\w$]{1,30}[.:]{1,2}){1,9}"
            rb"|\)\s{0,9}\??\.\s{0,9}|\bimport\s{1,9}(?:[A-Z]\w{0,30}\.){1,9})(?:New)?\Z"
        ),
        regex(rb"(?!\w)"),
        60,
    ),
)
_CALLED = (Form(regex(rb"[.>:]\s{0,20}\Z"), regex(rb"\s{0,20}(?:<[^<>\n]{0,80}>\s{0,9})?\("), 24),)
_TAKEN_OF = (Form(regex(rb"[.>:]\s{0,30}\Z"), ANYWHERE, 32),)
_STORED = (
    Form(ANYWHERE, regex(rb"(?![\"']|\s{1,9}from\b|\s{0,9}[!?]?\.\s{0,9}(?:getItem|removeItem|clear|key|length)\b)")),
)
_SET = regex(rb"\s{0,9}\+?=(?!=)")
_GOING = (
    Form(
        regex(
            rb"(?i)(?:router|navigation|navigator|nav|history|location|window|linking|webbrowser|res|response|reply|\))"
            rb"[!?]{0,2}\s{0,20}(?:\.|->|::)\s{0,9}\Z"
        ),
        regex(rb"\s{0,9}(?:<[^<>\n]{0,80}>\s{0,9})?\(|[ \t]"),
        40,
    ),
)
_QUOTED = (
    Form(ANYWHERE, regex(rb"\w{0,40}[\"'`]")),
    Form(regex(rb"(?:[.:]\s{0,20}\w{0,20}|[%~][wWiI][^\w\s][^\n]{0,36})\Z"), ANYWHERE, 40),
)
_TEXT_BEGINS = regex(
    rb"(?:[\"'`](?:\\\r?\n\s{0,30})?|[%~]\w{0,3}[^\w\s]|(?:\"{3}|'{3}|<<[<~-]?[\"']?\w{1,20}[\"']?)\s{1,30})\Z"
)


def _standing(words: tuple[bytes, ...], forms: tuple[Form, ...]) -> tuple[Standing, ...]:
    return tuple(Standing(word, forms) for word in words)


def made(*classes: bytes) -> tuple[Standing, ...]:
    """Classes where something of them is made, or where they get another name: not in types and imports."""
    return _standing(classes, _MADE)


def called(*methods: bytes) -> tuple[Standing, ...]:
    """Methods where they are called on something."""
    return _standing(methods, _CALLED)


def taken_of(*members: bytes) -> tuple[Standing, ...]:
    """Names that begin so, as members of something."""
    return _standing(members, _TAKEN_OF)


def stored_in(*stores: bytes) -> tuple[Standing, ...]:
    """Where the browser keeps things, if it is not only read."""
    return _standing(stores, _STORED)


def assigned(*names: bytes) -> tuple[Standing, ...]:
    """Names that end so, where they are given a value."""
    return _standing(names, (Form(ANYWHERE, _SET),))


def set_as_attribute(*names: bytes) -> tuple[Standing, ...]:
    """The same for whole names: attributes of markup (`<Link to=...>`), settings."""
    return _standing(names, (Form(regex(rb"[\s:]\Z"), _SET),))


def going(*methods: bytes) -> tuple[Standing, ...]:
    """Methods where something that navigates is called with them: `router.push(`, `res.redirect(`."""
    return _standing(methods, _GOING)


def quoted(*words: bytes) -> tuple[Standing, ...]:
    """Words at the end of texts, and in constants of a package (`webhook.EventRoomStarted`)."""
    return _standing(words, _QUOTED)


def beginning_text(start: bytes, rest: bytes) -> Standing:
    """How a text in code begins: with `start`, and with what the pattern `rest` matches behind it."""
    return Standing(start, (Form(_TEXT_BEGINS, regex(rest), 40),))


def listing(mark: bytes, item: bytes) -> Standing:
    """A list of bare words behind a mark (`%w[...]`), in one line of which the pattern `item` matches."""
    return Standing(mark, (Form(ANYWHERE, regex(rb"[^\w\s][^\n]{0,400}" + item)),))
