"""LiveKit tokens that scripts sign: with `openssl dgst -hmac`, `jwt encode`, `step`, in PowerShell with HMACSHA256.

They stand in scripts, Makefiles, Dockerfiles, CI files and documentation: all that is read as text or as data. Sources:
the manuals of OpenSSL (dgst), jwt-cli and step.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lk_audit import frontends
from lk_audit.facts import (
    UNKNOWN,
    Audience,
    Carrier,
    CredentialLiteral,
    Expiry,
    FileRole,
    Grant,
    Grants,
    GrantScalar,
    Lifetime,
    Signer,
    TokenMint,
    UnknownGrant,
)
from lk_audit.frontends.shell import powershell
from lk_audit.frontends.shell.loose_json import Member, Object, Written, object_around
from lk_audit.frontends.shell.printf import argument_at
from lk_audit.frontends.shell.times import Count, Script, counted
from lk_audit.livekit.credentials import judge
from lk_audit.livekit.durations import EPOCH_OF_TODAY, FIRST_MILLISECOND_EPOCH, FIRST_PLAUSIBLE_EPOCH, YEAR
from lk_audit.livekit.grants import VIDEO_GRANTS, how_ignored, keeps_right, meant_grant
from lk_audit.patterns import regex
from lk_audit.roles import file_role
from lk_audit.secret import Secret
from lk_audit.source import Place, Source

_READ_AS_TEXT = frozenset({"text", "yaml", "dotenv"})
_VIDEO = regex(rb"(?:\\{0,3}[\"'])?\bvideo(?:\\{0,3}[\"'])?\s{0,4}:\s{0,40}(?:\\\n\s{0,40})?\{")
_SIGNS = regex(
    rb"\bopenssl\b[^\n;]{0,120}?(?:-hmac\b|-mac[ \t]+HMAC\b|-macopt\b)|\bjwt[ \t]+(?:encode|sign)\b"
    rb"|\bstep[ \t]+crypto[ \t]+jwt[ \t]+sign\b|\bpyjwt\b[^\n;]{0,200}?\bencode\b"
    rb"|\bSecurity\.Cryptography\.HMACSHA256\b",
    re.IGNORECASE,
)
_TABLE = regex(rb"(?:^|[\s;{])[\"']?video[\"']?\s{0,40}=\s{0,40}(?:\[\w{1,20}\]\s?)?@\{")
_SECRET = regex(
    rb"(?:-hmac|-macopt[ \t]+[\"']?key:|--secret[= ]|-S[ \t]|--key=)[ \t]*[\"']?([\w+/=.-]{16,128})[\"']?(?=[\s)|;`]|$)"
)
_EXPIRES = regex(rb"(?:--exp(?:iration|ires)?|-e)(?:[= ]|[ \t]+)[\"']?(\$\([^()\n]{1,80}\)|[^\"'\s]{1,60})")
_SPAN = regex(r"\+?(\d{1,9})\s?([smhdwy]?)")
_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0, "y": YEAR}
_COMMAND = 4_000
_MOST = 50
_MOST_TRIED = 1_000
"""Places where a payload may be; from each, what is around it is read."""
_AROUND = 50_000
"""Bytes around a payload in which its variables are looked up."""


def shell_facts(source: Source) -> Iterator[TokenMint | CredentialLiteral]:
    """Every token that a script in the file signs, and the secrets that are written into the commands that sign."""
    if frontends.frontend_for(source.path) not in _READ_AS_TEXT or not _SIGNS.search(source.data):
        return
    signs = list(islice(_SIGNS.finditer(source.data), _MOST))
    objects = list(islice(_payloads(source.data), _MOST))
    role = file_role(source.path)
    for payload in objects:
        yield _mint(source, payload, _signing(signs, payload), role)
    if objects or b"livekit" in source.data.lower():
        for sign in signs:
            yield from _credentials(source, sign, role)


def _payloads(data: bytes) -> Iterator[Object]:
    """The objects with a `video` member that holds a grant."""
    end = 0
    written = [(found, object_around) for found in islice(_VIDEO.finditer(data), _MOST_TRIED)]
    tables = [(found, powershell.table_around) for found in islice(_TABLE.finditer(data), _MOST_TRIED)]
    for found, around in sorted((*written, *tables), key=lambda item: item[0].start()):
        if found.start() < end:
            continue
        payload = around(data, found.start())
        video = payload.members.get("video") if payload is not None else None
        if payload is None or video is None or not isinstance(video.value, dict):
            continue
        if set(video.value) & (set(VIDEO_GRANTS) - {"agent"}):
            end = payload.end
            yield payload


def _signing(signs: list[re.Match[bytes]], payload: Object) -> re.Match[bytes]:
    """The command that signs a payload: that in which it stands, else the next, else the last."""
    holding = [sign for sign in signs if sign.start() < payload.start < sign.start() + _COMMAND]
    same = [sign for sign in holding if sign[0].lstrip().lower().startswith((b"jwt", b"step", b"pyjwt"))]
    later = [sign for sign in signs if sign.start() > payload.start]
    return (same[-1:] or later or signs[-1:])[0]


def _mint(source: Source, payload: Object, sign: re.Match[bytes], role: FileRole) -> TokenMint:
    place = source.place(sign.start(), sign.end())
    video = payload.members["video"]
    members = video.value if isinstance(video.value, dict) else {}
    by_name: dict[str, Grant] = {}
    unknown: list[UnknownGrant] = []
    for name, member in members.items():
        where = source.place(member.start, member.end)
        if name in VIDEO_GRANTS:
            by_name[name] = Grant(name, where, (_scalar(member),))
        else:
            opens = member.value is False and keeps_right(name)
            unknown.append(UnknownGrant(name, where, how_ignored(name), meant_grant(name), fails_open=opens))
    subject = payload.members.get("sub")
    return TokenMint(
        place=place,
        role=role,
        signer=Signer.RAW,
        sdk=_label(sign),
        language="powershell" if _is_powershell(sign) else "shell",
        lifetimes=tuple(_lifetimes(source, payload, sign, place)),
        grants=Grants(place, by_name, tuple(unknown), complete=True),
        audience=_audience(by_name, role),
        identity=(subject.value,) if subject is not None and isinstance(subject.value, str) else (),
    )


_LABELS = {
    "openssl": "openssl",
    "jwt": "jwt-cli",
    "step": "step",
    "pyjwt": "PyJWT",
    "security.cryptography.hmacsha256": "HMACSHA256",
}


def _is_powershell(sign: re.Match[bytes]) -> bool:
    return sign[0].lower().endswith(b"hmacsha256")


def _label(sign: re.Match[bytes]) -> str:
    word = sign[0].split(None, 1)[0].decode("ascii", "replace").lower()
    return _LABELS.get(word, "openssl")


def _audience(by_name: dict[str, Grant], role: FileRole) -> Audience:
    join = by_name.get("roomJoin")
    is_joining = join is not None and join.values != (False,)
    return Audience.PARTICIPANT if is_joining and role is not FileRole.TEST else Audience.SERVICE


def _scalar(member: Member) -> GrantScalar:
    value = member.value
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(str(item) for item in value)
    return UNKNOWN


# --- lifetimes ------------------------------------------------------------------------------------------------------


def _lifetimes(source: Source, payload: Object, sign: re.Match[bytes], place: Place) -> Iterator[Lifetime]:
    member = payload.members.get("exp")
    if member is None:
        told = _EXPIRES.search(source.data, sign.start(), min(len(source.data), sign.start() + _COMMAND))
        if told is None or sign[0].startswith(b"openssl") or told.start() > payload.end + _COMMAND:
            yield Lifetime(Expiry.NEVER, place)
            return
        where = source.place(told.start(), told.end())
        yield _told(source, told[1].decode("utf-8", "replace"), told.start(), where)
        return
    where = source.place(member.start, member.end)
    match member.value:
        case Written(text=text):
            yield _read(_counted(source, sign, member.start, text), where)
        case bool() | str() | dict() | list():
            yield Lifetime(Expiry.UNKNOWN, where)
        case None:
            yield Lifetime(Expiry.NEVER, where)
        case int() | float() as number:
            yield _read(Count(float(number)), where)


def _told(source: Source, text: str, start: int, where: Place) -> Lifetime:
    """`--exp=+1d`, `--exp 3600`, `--exp $(date -d '+1 day' +%s)`."""
    span = _SPAN.fullmatch(text)
    if span is not None and (float(span[1]) < FIRST_PLAUSIBLE_EPOCH or span[2]):
        return Lifetime(Expiry.EXPLICIT, where, float(span[1]) * _UNITS[span[2]])
    return _read(counted(_script(source, start), text), where)


def _counted(source: Source, sign: re.Match[bytes], start: int, text: str) -> Count | None:
    if not _is_powershell(sign):
        if text.startswith("%"):
            text = argument_at(source.data, start) or text
        return counted(_script(source, start), text)
    before = source.data[max(0, start - _AROUND) : start].decode("latin-1")
    return counted(powershell.script_before(before), powershell.in_shell(text))


def _script(source: Source, before: int) -> Script:
    """The file around an offset as a script. Offsets count bytes, as do those of Latin-1 text."""
    start = max(0, before - _AROUND)
    return Script(source.data[start : before + _AROUND].decode("latin-1"), before - start)


def _read(count: Count | None, where: Place) -> Lifetime:
    """`exp` is seconds since 1970."""
    if count is None:
        return Lifetime(Expiry.UNKNOWN, where)
    if count.in_milliseconds or count.number >= FIRST_MILLISECOND_EPOCH:
        return Lifetime(Expiry.MILLISECONDS, where, slip="`exp` counts seconds, and this is in milliseconds")
    if count.is_moment:
        expiry = Expiry.EXPLICIT if count.number > 0 else Expiry.BORN_EXPIRED
        return Lifetime(expiry, where, count.number)
    if count.number < FIRST_PLAUSIBLE_EPOCH:
        slip = f"a number here is a date in seconds since 1970, not a lifetime: {count.number:,.0f} is long past"
        return Lifetime(Expiry.BORN_EXPIRED, where, count.number, slip=slip)
    if count.number - EPOCH_OF_TODAY > YEAR:
        return Lifetime(Expiry.EXPLICIT, where, count.number - EPOCH_OF_TODAY)
    return Lifetime(Expiry.UNKNOWN, where)


# --- secrets --------------------------------------------------------------------------------------------------------


def _credentials(source: Source, sign: re.Match[bytes], role: FileRole) -> Iterator[CredentialLiteral]:
    """A secret that is written into a command that signs."""
    end = source.data.find(b"\n", sign.end())
    found = _SECRET.search(source.data, sign.start(), end if end != -1 else len(source.data))
    text = found[1].decode("ascii", "replace") if found is not None else ""
    strength = judge(text) if text else None
    if found is not None and strength is not None:
        yield CredentialLiteral(
            place=source.place(*found.span(1)),
            role=role,
            secret=Secret(text),
            strength=strength,
            carrier=Carrier.COMMAND,
            name="-hmac",
        )
