"""Tokens made on a command line: `lk token create`, `livekit-cli create-token`, `livekit-server create-join-token`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import PurePosixPath

from msgspec import Struct, field

from lk_audit import frontends
from lk_audit.extractors.mints.intent import is_bot_word, is_listener_word
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
    Lead,
    Lifetime,
    Signer,
    TokenMint,
    UnknownGrant,
)
from lk_audit.frontends.shell import Command, Word, commands
from lk_audit.livekit.commands import DEVELOPMENT_KEY, PROGRAMS, TokenCommand, token_command
from lk_audit.livekit.credentials import judge
from lk_audit.livekit.durations import go_span, spoken
from lk_audit.livekit.grants import VIDEO_GRANTS, keeps_right, meant_grant
from lk_audit.patterns import regex
from lk_audit.roles import file_role
from lk_audit.secret import Secret
from lk_audit.source import Place, Source
from lk_audit.views import View, ViewWriter

_CODE_SUFFIXES = frozenset(
    {".go", ".rb", ".php", ".java", ".kt", ".kts", ".swift", ".cs", ".rs", ".dart", ".c", ".cpp", ".scala", ".ex"}
)
_MENTION = regex(rb"\btoken\b.{0,120}?\bcreate\b|create-(?:join-)?token|--api-secret", re.DOTALL)
"""Most files speak of tokens; few of a command that makes one."""
_JSON_STRING = regex(rb'"((?:[^"\\\n]++|\\.)*+)"')
_NO_DURATION = regex(
    r"\d+(?:\.\d+)?(?: ?(?:d|days?|w|weeks?|mo|months?|y|years?|hours?|hr|minutes?|mins?|sec|seconds?))?"
)
_ASSIGNMENT = (
    rb"(?<![\w$.{-])%s[ \t]*(?:=|:=|\?=|::=|:(?=[ \t]))(?!=)[ \t]*([\"']?)"
    rb"(?:\$\{\w{1,80}:?-(?=[\w.+-]{0,80}\}))?([\w.+-]*)\}?\1(?=[\s;#,]|$)"
)
"""What a variable is given: a word, or one that stands in for another variable, `${1:-24h}`."""
_ASSIGNED = rb"(?<![\w$.{-])%s[ \t]*(?::?[?:+]?=(?!=)|:[ \t])|\bread\b[^\n]*[ \t]%s\b|\bfor[ \t]+%s\b"
_DEVELOPMENT_SETTING = regex(
    rb"(?:LIVEKIT_API_KEY|LIVEKIT_KEYS?|LK_API_KEY)[\"']?(?:[ \t]*[=:][ \t]*|[ \t]+)[\"']?"
    + DEVELOPMENT_KEY.encode()
    + rb"\b"
)
_AROUND = 50_000
"""Bytes around a command in which its variables are looked up."""
_MOST = 500
"""Commands of a file that are read."""


def command_facts(source: Source) -> Iterator[TokenMint | CredentialLiteral]:
    """Every token that a command in the file makes, and the API secrets of commands that code runs."""
    if not any(program.encode() in source.data for program in PROGRAMS) or not _MENTION.search(source.data):
        return
    role = file_role(source.path)
    for command, is_code, is_prose in islice(_commands(source), _MOST):
        if is_code:
            yield from _credentials(command, role)
        mint = _Mint.of(command, FileRole.DOCUMENTATION if is_prose and role is not FileRole.TEST else role)
        if mint is not None:
            yield mint


def _commands(source: Source) -> Iterator[tuple[Command, bool, bool]]:
    """The commands of a file, each with whether code runs it, and whether it is there to be read rather than run."""
    kind = frontends.frontend_for(source.path)
    if kind is None:
        return
    if kind == "json":
        yield from ((command, False, False) for command in _in_json(source))
        return
    for start, end, is_code, is_prose in _stretches(source, kind):
        for command in commands(source, start, end, PROGRAMS, is_code=is_code):
            yield command, is_code, is_prose or command.is_shown


def _stretches(source: Source, kind: str) -> Iterator[tuple[int, int, bool, bool]]:
    """The parts of a file, each with whether it is code and whether it is prose."""
    if kind == "notebook" and isinstance(source, View):
        for start, end in getattr(source, "code", ()):
            yield start, end, True, False
        for item in getattr(source, "stretches", ()):
            yield item.start, item.end, False, item.is_prose
        return
    is_code = kind in {*frontends.CODE, "page"} or PurePosixPath(source.path).suffix.lower() in _CODE_SUFFIXES
    yield 0, len(source.data), is_code, False


def _in_json(source: Source) -> Iterator[Command]:
    """Commands in the strings of a JSON document (the scripts of a package.json), and lists that are one."""
    yield from commands(source, 0, len(source.data), PROGRAMS, is_code=True)
    for string in _JSON_STRING.finditer(source.data):
        if _MENTION.search(string[1]) and any(program.encode() in string[1] for program in PROGRAMS):
            writer = ViewWriter(source)
            writer.copy_json(*string.span(1))
            view = View(writer)
            yield from commands(view, 0, len(view.data), PROGRAMS)


def _credentials(command: Command, role: FileRole) -> Iterator[CredentialLiteral]:
    """The API secret that code gives to a command; those of scripts and documents are read with the rest of them."""
    given = {name: word for name, word in _given(command) if word.text}
    secret = given.get("--api-secret")
    strength = judge(secret.text or "") if secret is not None else None
    if secret is not None and strength is not None:
        yield CredentialLiteral(
            place=command.source.place(secret.start, secret.end),
            role=role,
            secret=Secret(secret.text or ""),
            strength=strength,
            carrier=Carrier.COMMAND,
            name="--api-secret",
            key_id=given["--api-key"].text if "--api-key" in given else None,
        )


def _given(command: Command) -> Iterator[tuple[str, Word]]:
    """The flags of a command with the word after each, or what follows its equals sign."""
    for flag, following in zip(command.words, [*command.words[1:], None], strict=True):
        name, equals, text = (flag.text or "").partition("=")
        if equals:
            yield name, Word(flag.end - len(text.encode()), flag.end, text)
        elif following is not None:
            yield name, following


# --- one command ------------------------------------------------------------------------------------------------------


class _Flag(Struct, frozen=True):
    """A flag as given: its name without dashes, its value if it takes one, and its place with the value."""

    name: str
    value: Word | None
    place: Place


class _Mint(Struct):
    """Puts a token together from the flags of a command."""

    command: Command
    spec: TokenCommand
    place: Place
    role: FileRole
    lifetimes: list[Lifetime] = field(default_factory=list)
    by_name: dict[str, Grant] = field(default_factory=dict)
    unknown: list[UnknownGrant] = field(default_factory=list)
    complete: bool = True
    names: list[tuple[str, Place]] = field(default_factory=list)
    is_for_recorder: bool = False
    is_development: bool = False

    @classmethod
    def of(cls, command: Command, role: FileRole) -> TokenMint | None:
        """The token that a command makes; None for a command that makes none."""
        program, *rest = command.words
        found = token_command(program.text or "", tuple(word.text for word in rest))
        if found is None:
            return None
        spec, start = found
        place = command.source.place(program.start, rest[start - 1].end)
        mint = cls(command, spec, place, role)
        mint._read(rest)
        return None if mint.is_development or _is_under_development_key(command) else mint._fact()

    def _read(self, words: Sequence[Word]) -> None:
        for name in self.spec.always:
            self._grant(name, (True,), self.place)
        for flag in self._flags(words):
            self._take(flag)
            self.is_development |= _is_development(flag)

    def _flags(self, words: Sequence[Word]) -> Iterator[_Flag]:
        position = 0
        while position < len(words):
            word = words[position]
            position += 1
            if word.text is None or not word.text.startswith("-"):
                # `$FLAGS` may hold anything; a plain word is no flag.
                self.complete = self.complete and word.text is not None
                continue
            name, equals, text = word.text.lstrip("-").partition("=")
            value: Word | None = Word(word.start, word.end, text) if equals else None
            if value is None and name in self.spec.values and position < len(words):
                value = words[position]
                position += 1
            elif value is None and name not in self.spec.switches and name not in self.spec.values:
                position += self._may_be_value(words, position)
            yield _Flag(name, value, self.command.source.place(word.start, (value or word).end))

    def _may_be_value(self, words: Sequence[Word], position: int) -> bool:
        """Whether the next word is the value of a flag that is not known."""
        text = words[position].text if position < len(words) else "-"
        return text is None or not text.startswith("-")

    def _take(self, flag: _Flag) -> None:
        grants = self.spec.switches.get(flag.name, ())
        if grants and not (flag.value is not None and flag.value.text in {"false", "0", "f"}):
            self.is_for_recorder |= flag.name == "recorder"
            for name in grants:
                self._grant(name, (True,), flag.place, certain=flag.name not in self.spec.maybe)
            return
        target = self.spec.values.get(flag.name, "")
        if flag.value is not None and target in _READERS:
            _READERS[target](self, flag.value, flag.place)

    def _grant(self, name: str, values: tuple[GrantScalar, ...], place: Place, *, certain: bool = True) -> None:
        self.by_name[name] = Grant(name, place, values, certain=certain)

    def _fact(self) -> TokenMint | None:
        gives = any(name not in {"room", "canPublishSources", "canUpdateOwnMetadata"} for name in self.by_name)
        if self.spec.needs_grant and not gives and self.complete:
            return None
        # Without --room the command makes a name up.
        self.by_name.setdefault("room", Grant("room", self.place, (UNKNOWN,)))
        grants = Grants(self.place, self.by_name, tuple(self.unknown), self.complete)
        note = f"{self.spec.label} gives a token {spoken(self.spec.lifetime)}"
        implied = Lifetime(Expiry.EXPLICIT, self.place, self.spec.lifetime, leads=(Lead(self.place, note),))
        return TokenMint(
            place=self.place,
            role=self.role,
            signer=Signer.COMMAND,
            sdk=f"`{self.spec.label}`",
            language="shell",
            lifetimes=tuple(self.lifetimes) or (implied,),
            grants=grants,
            audience=self._audience(),
            identity=tuple(text for text, _ in self.names),
            listener_lead=self._listener(),
            is_for_bot=self.is_for_recorder or any(is_bot_word(text) for text, _ in self.names),
        )

    def _audience(self) -> Audience:
        """A token that joins is for whoever is given it; one that does not is for calls of the server's API."""
        if self.role is FileRole.TEST or self.is_for_recorder:
            return Audience.SERVICE
        if "roomJoin" in self.by_name:
            return Audience.PARTICIPANT
        return Audience.SERVICE if self.complete else Audience.UNKNOWN

    def _listener(self) -> Lead | None:
        told = next((place for text, place in self.names if is_listener_word(text)), None)
        return Lead(told, "the name says that this participant only listens") if told is not None else None

    # --- values of flags ----------------------------------------------------------------------------------------------

    def take_room(self, word: Word, place: Place) -> None:
        self._grant("room", (word.text or UNKNOWN,), place)

    def take_identity(self, word: Word, place: Place) -> None:
        if word.text:
            self.names.append((word.text, place))

    def take_sources(self, word: Word, place: Place) -> None:
        earlier = self.by_name.get("canPublishSources")
        known = earlier.values[0] if earlier is not None else ()
        if word.text is None or not isinstance(known, tuple):
            self._grant("canPublishSources", (UNKNOWN,), place)
        else:
            self._grant("canPublishSources", ((*known, *word.text.split(",")),), place)

    def take_ttl(self, word: Word, place: Place) -> None:
        self.lifetimes = [Lifetime(Expiry.UNKNOWN, place)] if word.text is None else [self._lifetime(word.text, place)]
        if word.text is not None or word.variable is None:
            return
        assigned = _assigned(self.command.source, word)
        if assigned is not None:
            text, lead = assigned
            self.lifetimes = [self._lifetime(text, place, (lead,))]
        elif word.default is not None and not _times_assigned(self.command.source, word):
            self.lifetimes.append(self._lifetime(word.default, place))

    def _lifetime(self, text: str, place: Place, leads: tuple[Lead, ...] = ()) -> Lifetime:
        seconds = go_span(text)
        if seconds is not None and seconds > 0:
            return Lifetime(Expiry.EXPLICIT, place, seconds, leads=leads)
        if seconds is not None or not text:
            return Lifetime(Expiry.IMPLICIT, place, self.spec.unset_lifetime, leads=leads)
        if _NO_DURATION.fullmatch(text):
            slip = f"`{text}` is no duration of Go, whose largest unit is the hour (`24h`), and the command fails"
            return Lifetime(Expiry.REJECTED, place, slip=slip, leads=leads)
        return Lifetime(Expiry.UNKNOWN, place)

    def take_grant_object(self, word: Word, place: Place) -> None:
        import json  # noqa: PLC0415 - few commands take objects

        try:
            found = json.loads(word.text) if word.text is not None else None
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            self.complete = False
            return
        for key, value in found.items():
            self._member(key, value, place)

    def _member(self, key: str, value: object, place: Place) -> None:
        """One member of `--grant`. Go reads names whatever their case, and ignores those that it does not know."""
        name = _BY_LOWER.get(key.lower())
        if name is None:
            opens = value is False and keeps_right(key)
            problem = "LiveKit has no such grant"
            self.unknown.append(UnknownGrant(key, place, problem, meant_grant(key), fails_open=opens))
        elif isinstance(value, bool | str) or value is None:
            self._grant(name, (value,), place)
        elif isinstance(value, list) and all(isinstance(item, str) for item in value):
            self._grant(name, (tuple(str(item) for item in value),), place)
        else:
            self._grant(name, (UNKNOWN,), place)


_READERS = {
    "room": _Mint.take_room,
    "identity": _Mint.take_identity,
    "name": _Mint.take_identity,
    "sources": _Mint.take_sources,
    "ttl": _Mint.take_ttl,
    "grant": _Mint.take_grant_object,
}


def _is_development(flag: _Flag) -> bool:
    """Whether a flag names the pair that `livekit-server --dev` has: the token opens nobody else's rooms."""
    key, _, _ = ((flag.value.text if flag.value is not None else None) or "").partition(":")
    return flag.name == "dev" or key == DEVELOPMENT_KEY


def _is_under_development_key(command: Command) -> bool:
    """Whether the key that a command gets from its environment is set to that of development around it.

    `LIVEKIT_API_KEY=devkey lk token create ...`, an `export` above, `docker run -e LIVEKIT_KEYS="devkey: secret" ...`.
    """
    source, start = command.source, command.words[0].start
    is_given = any(name == "--api-key" for name, _ in _given(command))
    around = (max(0, start - _AROUND), start + _AROUND)
    return not is_given and _DEVELOPMENT_SETTING.search(source.data, *around) is not None


_BY_LOWER = {name.lower(): name for name in VIDEO_GRANTS}


def _assigned(source: Source, word: Word) -> tuple[str, Lead] | None:
    """The text that the file gives to a variable, when it does so once and before it is used."""
    variable = word.variable or ""
    pattern = re.compile(_ASSIGNMENT % re.escape(variable.encode()), re.MULTILINE)
    found = list(pattern.finditer(source.data, max(0, word.start - _AROUND), word.start))
    if len(found) != 1 or _times_assigned(source, word) != 1 or not found[0][2]:
        return None
    text = found[0][2].decode("ascii", "replace")
    return text, Lead(source.place(*found[0].span(2)), f"{variable} is {text}")


def _times_assigned(source: Source, word: Word) -> int:
    """How often the file gives a value to a variable around its use."""
    name = re.escape((word.variable or "").encode())
    pattern = re.compile(_ASSIGNED % (name, name, name))
    return len(pattern.findall(source.data, max(0, word.start - _AROUND), word.start + _AROUND))
