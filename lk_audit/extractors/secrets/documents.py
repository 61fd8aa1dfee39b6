"""Facts from data files and text: API secrets, published secret names, unencrypted addresses."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lk_audit.extractors.secret_names import USUAL, SecretNames
from lk_audit.extractors.secrets.confinement import Confinement
from lk_audit.extractors.secrets.evidence import LIVEKIT_FILE, Evidence
from lk_audit.extractors.secrets.written_calls import written_calls
from lk_audit.facts import Carrier, CredentialLiteral, EnvExposure, FileRole, InsecureUrl, Strength
from lk_audit.livekit.credentials import KEY_STRICT, SECRET_SHAPE, is_generated_key_id, judge
from lk_audit.livekit.fallbacks import fallback
from lk_audit.livekit.publishing import APP, publishing_setting
from lk_audit.livekit.setting_names import is_foreign_name, name_words, public_prefix
from lk_audit.livekit.tokens import find_tokens
from lk_audit.livekit.urls import insecure_public_host, is_livekit_url_name
from lk_audit.patterns import regex
from lk_audit.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lk_audit.source import Source
    from lk_audit.syntax import Document, Pair

_CARRIERS = {
    "dotenv": Carrier.ENV_FILE,
    "yaml": Carrier.CONFIGURATION,
    "json": Carrier.CONFIGURATION,
    "comment": Carrier.COMMENT,
    "string": Carrier.TEXT,
}
_PROSE = frozenset({".md", ".mdx", ".rst", ".txt", ".adoc", ".html", ".org", ".log", ".ipynb", ""})
_SCRIPTS = frozenset({".sh", ".bash", ".zsh", ".fish", ".ps1", ".bat", ".cmd"})
_CODE = regex(r"\.(?:go|dart|java|kts?|swift|php|cs|rb|rs|cc?|cpp|h|mm?|scala|exs?|lua|vue|svelte|astro|gd|groovy)$")
_KEYS_ENTRY = regex(
    rb"""(?:\$\{\w{1,64}:?-)?["']?([A-Za-z][\w.-]{2,63})["']?\}?[ \t]*:(?!-)[ \t]*"""
    rb"""["']?(?:\$\{\w{1,64}:?-)?([^\s"',{}$\\]{3,256})"""
)
_NO_ENTRIES = regex(rb"ENC\[[^\]\n]{0,4000}\]|\{\{[^}\n]{0,500}\}\}|\$\{[\w-]{1,64}:[?+/][^}\n]{0,500}\}")
_DART_DEFINE = regex(rb"""--dart-define(?:=|[ \t]{1,4})["']?(\w{1,80})=(?=.)""")
"""A setting that Flutter's build copies into the application (docs.flutter.dev/deployment, `--dart-define`)."""
_ENVIRONMENT_LISTS = frozenset({"environment", "env", "args", "build-args", "build_args"})
_STEPS_TO_KEY = (0, -1, 1, -2, 2)


def credentials(
    source: Source, document: Document, role: FileRole, names: SecretNames = USUAL
) -> Iterator[CredentialLiteral]:
    """The LiveKit API secrets of a document, each place once, also where nothing but its text says what one is."""
    seen: set[tuple[int, int]] = set()
    strong: dict[str, CredentialLiteral] = {}
    for fact in _candidates(source, document, role, names):
        span = (fact.place.start, fact.place.end)
        if span not in seen:
            seen.add(span)
            yield fact
        if fact.strength is Strength.STRONG:
            strong.setdefault(fact.secret.reveal(), fact)
    for value, known in strong.items():
        for copy in re.finditer(rb"(?<![\w+/-])" + re.escape(value.encode()) + rb"(?![\w+/-])", source.data):
            if not any(start <= copy.start() < end for start, end in seen):
                yield replace(known, place=source.place(*copy.span()), carrier=Carrier.TEXT)


def exposures(source: Source, document: Document, role: FileRole, names: SecretNames = USUAL) -> Iterator[EnvExposure]:
    """The definitions of an API secret under a name that a framework publishes; whatever the value is."""
    if role is FileRole.DOCUMENTATION or _CODE.search(source.path):
        return
    seen: set[int] = set()
    for pair in document.pairs:
        name, start = _defined_name(source, pair)
        published = public_prefix(name)
        setting = publishing_setting(source.path, pair.path[:-1])
        if pair.commented or not names.means(name) or start in seen or not (published or setting):
            continue
        seen.add(start)
        prefix, framework = published or ("", f"`{setting.name}`" if setting else "")
        yield EnvExposure(
            place=source.place(start, start + len(name)),
            role=role,
            name=name,
            prefix=prefix,
            framework=framework,
            is_read=False,
            effect=setting.effect if setting and not published else None,
        )
    if b"--dart-define" in source.data:
        yield from _dart_defines(source, role, names)


def _dart_defines(source: Source, role: FileRole, names: SecretNames) -> Iterator[EnvExposure]:
    """What a build of Flutter is given, wherever the command is written."""
    for found in _DART_DEFINE.finditer(source.data):
        name, place = found[1].decode("utf-8", "replace"), source.place(*found.span(1))
        if names.means(name):
            yield EnvExposure(
                place=place, role=role, name=name, prefix="", framework="--dart-define", is_read=False, effect=APP
            )


def insecure_urls(source: Source, document: Document, role: FileRole) -> Iterator[InsecureUrl]:
    """The unencrypted addresses of public hosts under a LiveKit name."""
    evidence: Evidence | None = None
    seen: set[int] = set()
    for pair in document.pairs:
        insecure = None if pair.commented else insecure_public_host(pair.value)
        if insecure is None or pair.start in seen:
            continue
        evidence = evidence or Evidence(source, document)
        if _is_livekit_address(pair, insecure, evidence):
            seen.add(pair.start)
            place = source.place(pair.start, pair.end)
            yield InsecureUrl(place=place, role=role, url=pair.value, scheme=insecure[0], host=insecure[1])


# --- credentials ------------------------------------------------------------------------------------------------------


def _candidates(source: Source, document: Document, role: FileRole, names: SecretNames) -> Iterator[CredentialLiteral]:
    evidence, confinement = Evidence(source, document, names), Confinement(source, document)
    if document.format == "text":
        yield from written_calls(source, role)
    for index, pair in enumerate(evidence.pairs):
        carrier = _carrier(source, document, pair)
        found = (
            _from_key_map(source, evidence, pair)
            or _from_key_list(source, pair)
            or _from_named_secret(source, evidence, index, carrier)
        )
        for span, name, key_id, value, strength, certain in found:
            if strength is not Strength.STRONG and confinement.confines(pair):
                continue
            place = source.place(*span)
            yield CredentialLiteral(
                place=place,
                role=role,
                secret=Secret(value),
                strength=strength,
                carrier=Carrier.FALLBACK if fallback(pair.value) and not pair.commented else carrier,
                name=name,
                key_id=key_id,
                certain=certain,
            )
    if document.format == "text":
        yield from _beside_key_ids(source, role)


_Found = tuple[tuple[int, int], str, str | None, str, Strength, bool]


def _from_key_map(source: Source, evidence: Evidence, pair: Pair) -> list[_Found]:
    """`keys:` of a server configuration, or any map of key ids: the name is the key id, the value the secret."""
    if source.data.endswith(b"${", 0, pair.key_start):
        return []  # What stands for the name of another entry: `${LIVEKIT_API_KEY:-devkey}: ...`.
    key_id = pair.path[-1].rpartition(".")[2]
    if len(pair.path) > 1 and pair.path[-2] == "keys":
        strength = judge(pair.value) if evidence.is_key_map(pair) else None
    else:
        strength = judge(pair.value, bound=False) if is_generated_key_id(key_id) else None
    return [((pair.start, pair.end), "keys", key_id, pair.value, strength, True)] if strength else []


def _from_key_list(source: Source, pair: Pair) -> list[_Found]:
    """`LIVEKIT_KEYS`, `--keys`: one or several `key: secret` in one text."""
    name = pair.path[-1]
    if name != "--keys" and not (name.upper().endswith("KEYS") and name_words(name)[:1] in (("livekit",), ("lk",))):
        return []
    found: list[_Found] = []
    references = [reference.span() for reference in _NO_ENTRIES.finditer(source.data, pair.start, pair.end)]
    for entry in _KEYS_ENTRY.finditer(source.data, pair.start, pair.end):
        value = entry[2].decode("utf-8", "replace")
        strength = judge(value)
        is_inside = any(start < entry.end() and entry.start() < end for start, end in references)
        if strength and not is_inside:
            found.append((entry.span(2), name, entry[1].decode("ascii", "replace"), value, strength, True))
    return found


def _from_named_secret(source: Source, evidence: Evidence, index: int, carrier: Carrier) -> list[_Found]:
    """A value whose name says that it is a LiveKit API secret, alone or together with what stands around it."""
    pair = evidence.pairs[index]
    name, value, span = pair.path[-1], pair.value, (pair.start, pair.end)
    if default := fallback(value):
        name = default.name if evidence.names.means(default.name) else name
        span = _subspan(source, pair, default.value)
        value = default.value
    binding = evidence.binding(index, name)
    strength = judge(value) if binding else None
    if strength is None or binding is None:
        return []
    if strength is not Strength.STRONG and not (binding.is_close and _is_meant(source, pair, carrier)):
        return []
    return [(span, name, evidence.key_id(index), value, strength, binding.is_close)]


def _subspan(source: Source, pair: Pair, text: str) -> tuple[int, int]:
    part = text.encode("utf-8", "replace")
    start = source.data.rfind(part, pair.start, pair.end)
    return (pair.start, pair.end) if start == -1 else (start, start + len(part))


def _is_meant(source: Source, pair: Pair, carrier: Carrier) -> bool:
    """Whether a guessable word is a value here: in prose and shell text, `secret: foo` may just be a sentence."""
    if carrier in (Carrier.ENV_FILE, Carrier.CONFIGURATION, Carrier.SCRIPT, Carrier.COMMAND):
        return True
    quoted = source.data[pair.start - 1 : pair.start] in (b'"', b"'", b"`")
    name = pair.path[-1]
    return quoted or name.isupper() or "_" in name or name.startswith("--")


def _carrier(source: Source, document: Document, pair: Pair) -> Carrier:
    if pair.commented:
        return Carrier.COMMENT
    if pair.path[-1].startswith("--"):
        return Carrier.COMMAND
    if document.format in _CARRIERS:
        return _CARRIERS[document.format]
    return _carrier_of(source.path)


@lru_cache(maxsize=16)
def _carrier_of(name: str) -> Carrier:
    """What a file of text is to the secrets in it, by its path."""
    if _CODE.search(name):
        return Carrier.ASSIGNMENT
    path = PurePosixPath(name)
    if path.suffix.lower() in _SCRIPTS:
        return Carrier.SCRIPT
    is_prose = path.suffix.lower() in _PROSE and not _IMAGE.match(path.name)
    return Carrier.TEXT if is_prose else Carrier.CONFIGURATION


_IMAGE = regex(r"(?i)(?:docker|container)file\b")
_SECRET = regex(SECRET_SHAPE.pattern.encode())
_KEY = regex(KEY_STRICT.pattern.encode())


def _beside_key_ids(source: Source, role: FileRole) -> Iterator[CredentialLiteral]:
    """Random text of a secret's exact shape within two lines of a LiveKit key id, whatever the syntax."""
    keys = {
        source.line_number(found.start()): found[0].decode()
        for found in _KEY.finditer(source.data)
        if is_generated_key_id(found[0].decode())
    }
    tokens = [(start, end) for start, end, _ in find_tokens(source.data)] if keys and b"eyJ" in source.data else []
    for found in _SECRET.finditer(source.data) if keys else ():
        before = bisect_right(tokens, (found.start(), len(source.data)))
        if before and found.start() < tokens[before - 1][1]:
            continue  # a token's signature has the shape of a secret
        line = source.line_number(found.start())
        key_id = next((keys[line + step] for step in _STEPS_TO_KEY if line + step in keys), None)
        if key_id and judge(found[0].decode(), bound=False):
            yield CredentialLiteral(
                place=source.place(*found.span()),
                role=role,
                secret=Secret(found[0].decode()),
                strength=Strength.STRONG,
                carrier=Carrier.TEXT,
                key_id=key_id,
                certain=False,
            )


# --- names and addresses ----------------------------------------------------------------------------------------------


def _defined_name(source: Source, pair: Pair) -> tuple[str, int]:
    """The variable that a pair defines and where its name stands; `- NAME` of a list passes one through."""
    if len(pair.path) > 1 and pair.path[-1].isdigit() and pair.path[-2] in _ENVIRONMENT_LISTS:
        return pair.value, pair.start
    name = pair.path[-1]
    written = name.encode("utf-8", "replace")
    if source.data.startswith(written, pair.key_start):
        return name, pair.key_start
    above = source.data.rfind(written, max(0, pair.key_start - _FAR_ABOVE), pair.key_start)
    return name, pair.key_start if above == -1 else above  # `NAME: {description: ..., value: ...}`


_FAR_ABOVE = 2_000
"""Bytes between the name of a variable and what it is given, where both stand in an object."""
_URL_FLAGS = frozenset({"--url", "--ws-url", "--host"})


def _is_livekit_address(pair: Pair, insecure: tuple[str, str], evidence: Evidence) -> bool:
    """Whether an address is that of a LiveKit server: by its name, by its host, or `ws_url` of a LiveKit service."""
    name = pair.path[-1]
    if is_livekit_url_name(name) or (name in _URL_FLAGS and evidence.is_livekit_command(pair)):
        return True
    if is_foreign_name(name) or any(is_foreign_name(key) for key in pair.path):
        return False
    scheme, host = insecure
    if name == "ws_url" and evidence.is_service_configuration:
        return True
    if scheme != "ws":
        return False
    words = name_words(name)
    is_address = bool(words) and words[-1] in {"url", "wsurl", "host", "server", "endpoint", "uri"}
    return "livekit" in host or (is_address and (evidence.says_livekit or bool(LIVEKIT_FILE.search(evidence.path))))
