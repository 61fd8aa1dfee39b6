"""Where a LiveKit secret can lie: the carriers, what must be found in each, and the table in docs/carriers.md.

A carrier is a file in one of the texts of this folder: `@@ title`, `--- path`, content. `«key»` stands for a key id;
`«!secret»`, `«!secret64»` (base64), `«!token»` and `«!url»` (unencrypted) for what must be found, at the marked span:
`«!"secret"»` is a place with its quotes. `«!file64»` is a whole file of keys in base64, `«=word»` a weak secret that
must be found.

`python -m tests.carriers.matrix` brings docs/carriers.md up to date.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jwt

from lk_audit.facts import Fact
from lk_audit.files.prefilter import gates
from lk_audit.rule_api import Options, Rule
from lk_audit.rule_loader import load_builtin_rules
from lk_audit.scanning.pipeline import scan_sources
from lk_audit.source import Place, Source
from tests.samples import extract_facts

FOLDER = Path(__file__).parent
DOCUMENT = FOLDER.parent.parent / "docs" / "carriers.md"
FAMILIES = {
    "servers": "LiveKit's own services",
    "containers": "Containers, Kubernetes and Helm",
    "operations": "Infrastructure and continuous integration",
    "commands": "Scripts, command lines and web servers",
    "platforms": "Platforms, settings and mobile builds",
    "environment_files": "Environment files",
    "documents": "Documents, pages and data",
    "code": "Code and bundles",
}
NOW = 1_767_225_600.0
"""The beginning of 2026."""
KEY = "APIexampLe" + "23456"
SECRET = "q7Zp2mVx9LkR" + "4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa"
URL = "ws://live.acme.io:7880"
TOKEN = jwt.encode(
    {
        "iss": KEY,
        "sub": "example-user",
        "nbf": 4_102_441_200,
        "exp": 4_102_444_800,
        "video": {"roomJoin": True, "room": "r"},
    },
    "another" + SECRET,
    algorithm="HS256",
)
PADDING = "p" * 60_000
REAL = {"key": KEY, "secret": SECRET, "token": TOKEN, "url": URL, "pad": PADDING}
WEAK = "LK102"
RULES = {"secret": "LK101", "secret64": "LK101", "file64": "LK101", "token": "LK501", "url": "LK203"}
PLACEHOLDERS = {
    "nothing": "",
    "angle brackets": "<your-api-secret>",
    "words with underscores": "your_api_secret",
    "words in capitals": "YOUR_LIVEKIT_API_SECRET_HERE",
    "its own name": "LIVEKIT_API_SECRET",
    "masked with x": "xxxxxxxxxxxxxxxxxxxxxxxx",
    "masked with stars": "********",
    "dots": "...",
    "cut off": SECRET[:6] + "...",
    "replace": "REPLACE_WITH_YOUR_SECRET",
    "German": "dein-api-secret-hier",
    "French": "votre_secret_api",
    "Spanish": "tu_api_secret_aqui",
    "Portuguese": "sua-chave-secreta-aqui",
    "Chinese": "你的密钥",
    "Japanese": "あなたのシークレット",
    "Russian": "ваш-секрет",
    "shell variable": "$LIVEKIT_API_SECRET",
    "braced variable": "${LIVEKIT_API_SECRET}",
    "required variable": "${LIVEKIT_API_SECRET:?missing}",
    "Windows variable": "%LIVEKIT_API_SECRET%",
    "Helm value": "{{ .Values.livekit.apiSecret }}",
    "GitHub secret": "${{ secrets.LIVEKIT_API_SECRET }}",
    "Azure variable": "$(LIVEKIT_API_SECRET)",
    "Ruby template": "#{livekit_api_secret}",
    "ERB template": "<%= livekit_api_secret %>",
    "format string": "%s",
    "sed mark": "__LIVEKIT_API_SECRET__",
    "at mark": "@LIVEKIT_API_SECRET@",
    "1Password": "op://production/livekit/api-secret",
    "Vault": "vault:secret/data/livekit#api_secret",
    "vals": "ref+vault://secret/livekit#/api_secret",
    "SSM": "ssm:/production/livekit/api-secret",
    "AWS": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:livekit-AbCdEf",
    "CloudFormation": "{{resolve:secretsmanager:livekit:SecretString:api_secret}}",
    "serverless": "${ssm:/production/livekit/api-secret}",
    "Google": "projects/acme/secrets/livekit-api-secret/versions/latest",
    "Azure vault": "@Microsoft.KeyVault(SecretUri=https://acme.vault.azure.net/secrets/livekit)",
    "sops": "ENC[AES256_GCM,data:q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1Qo=,iv:TiXyBvMa=,tag:AbCd==,type:str]",
    "file": "/run/secrets/livekit_api_secret",
    "hash": "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "UUID": "f47ac10b-58cc-4372-a567-0e02b2c3d479",
    "key id": KEY,
    "another vendor": "sk-proj-" + SECRET[:40],
}
_MARK = re.compile(
    r"«=(?P<weak>[^«»]*)»|«(?P<must>!?)(?P<before>[^«»]*?)(?P<name>(?:key|secret|file)64|key|secret|token|url|pad)(?P<after>[^«»]*?)»"
)


@dataclass(frozen=True, slots=True)
class Carrier:
    """A file with marks; `family` is the text it comes from."""

    family: str
    title: str
    path: str
    text: str

    @property
    def id(self) -> str:
        return f"{self.family}: {self.title}"


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """What must be found where: lines and columns count from 1."""

    line: int
    column: int
    end_line: int
    end_column: int
    rule: str


def carriers() -> tuple[Carrier, ...]:
    """All carriers, in the order of the table."""
    return tuple(carrier for family in FAMILIES for carrier in read_carriers(family))


def read_carriers(name: str) -> Iterator[Carrier]:
    """The carriers of one text.

    Raises:
        ValueError: an entry lacks its path.
    """
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    for entry in re.split(r"(?m)^@@ (?!-)", text)[1:]:
        title, header, content = entry.split("\n", 2)
        if not header.startswith("--- "):
            raise ValueError(f"no path under {title}")
        yield Carrier(name, title, header.removeprefix("--- "), content.strip("\n") + "\n")


def filled(carrier: Carrier, **values: str) -> tuple[str, list[Spot]]:
    """The content with values in place of the marks, and what must be found in it."""
    known = {**REAL, **values}
    known["file"] = f"port: 7880\nkeys:\n  {known['key']}: {known['secret']}\n"
    known |= {f"{name}64": base64.b64encode(known[name].encode()).decode() for name in ("key", "secret", "file")}
    text, spots, position = "", [], 0
    for mark in _MARK.finditer(carrier.text):
        text += carrier.text[position : mark.start()]
        position = mark.end()
        start = _position(text)
        text += mark["before"] + known[mark["name"]] + mark["after"] if mark["name"] else mark["weak"]
        if mark["must"] or mark["name"] is None:
            spots.append(Spot(*start, *_position(text), RULES.get(mark["name"], WEAK)))
    return text + carrier.text[position:], sorted(spots)


def _position(text: str) -> tuple[int, int]:
    """Line and column of the end of a text."""
    return text.count("\n") + 1, len(text) - text.rfind("\n")


@cache
def _rules() -> tuple[Rule[Any], ...]:
    return tuple(rule for rule in load_builtin_rules() if rule.id in {*RULES.values(), WEAK})


def facts_in(path: str, text: str) -> list[Fact]:
    """The facts of one file, if the prefilter lets it through."""
    source = Source.from_bytes(path, text.encode())
    return extract_facts([source])[0] if gates(path, source.data) else []


def findings_in(path: str, content: str | bytes) -> list[tuple[Spot, str]]:
    """What the rules find in one file, with the messages."""
    raw = content.encode() if isinstance(content, str) else content
    source = Source.from_bytes(path, raw)
    if not gates(path, source.data):
        return []
    report = scan_sources([source], _rules(), Options(now=NOW))
    assert not report.crashes
    return sorted((_spot(item.place, item.rule_id), item.message) for item in report.open_findings)


def _spot(place: Place, rule_id: str) -> Spot:
    return Spot(place.line, place.column, place.end_line, place.end_column, rule_id)


# --- the table --------------------------------------------------------------------------------------------------------

_INTRODUCTION = """\
# Where a secret can lie

Every carrier that the tests hold lk-audit to: a realistic file with a LiveKit API secret in it, and where it makes
sense an access token and an unencrypted address. *Found* means by the rule; *exact place* the line and the columns of
the value and nothing else in the file; *key named* that the API key beside the secret is named with it; *placeholders
silent* that none of {placeholders} placeholders, references and encrypted values in its place is reported. Every
carrier is tried as UTF-8 with and without a byte order mark, as UTF-16 in both byte orders, with Windows line ends,
without a last line end, and with very long lines too.

This page is generated from [tests/carriers](../tests/carriers): `python -m tests.carriers.matrix`.
"""
_RULE_NAMES = {"LK101": "secret", "LK501": "token", "LK203": "address"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `names_key` is None for a carrier without a key id."""

    carrier: Carrier
    found: tuple[str, ...]
    is_complete: bool
    is_exact: bool
    names_key: bool | None
    is_silent: bool


def row(carrier: Carrier) -> Row:
    """What a scan of the carrier shows."""
    text, spots = filled(carrier)
    found = findings_in(carrier.path, text)
    rules = [rule for rule in _RULE_NAMES if any(spot.rule == rule for spot, _ in found)]
    has_key = "«key" in carrier.text and any(spot.rule == "LK101" for spot in spots)
    return Row(
        carrier=carrier,
        found=tuple(_RULE_NAMES[rule] for rule in rules),
        is_complete={spot.rule for spot in spots} == set(rules),
        is_exact=[spot for spot, _ in found] == spots,
        names_key=any(f"of key {KEY}" in message for _, message in found) if has_key else None,
        is_silent=not any(
            findings_in(carrier.path, with_placeholder(carrier, value)) for value in PLACEHOLDERS.values()
        ),
    )


def with_placeholder(carrier: Carrier, value: str) -> str:
    """The carrier with a placeholder for the secret, and nothing else that could be found."""
    return filled(carrier, secret=value, token="<token>", url="wss://live.acme.io")[0]


def document() -> str:
    """The table of all carriers as a page."""
    lines = [_INTRODUCTION.format(placeholders=len(PLACEHOLDERS))]
    for family, heading in FAMILIES.items():
        lines += [f"## {heading}\n", "| carrier | file | found | exact place | key named | placeholders silent |"]
        lines += ["|---|---|---|---|---|---|", *(_line(row(item)) for item in read_carriers(family)), ""]
    return "\n".join(lines)


def _line(item: Row) -> str:
    found = ", ".join(item.found) if item.is_complete else "**no**"
    marks = [_said(mark) for mark in (item.is_exact, item.names_key, item.is_silent)]
    return f"| {item.carrier.title} | `{item.carrier.path}` | {found} | {' | '.join(marks)} |"


def _said(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "**no**"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
