"""Defaults inside references: `${NAME:-value}`, `{{ .Values.x | default "value" }}`, `${env:NAME, 'value'}`.

Sources: the manuals of bash, Docker Compose, Spring (property placeholders), the Serverless Framework (variables), Helm
and Jinja (`default`).
"""

from __future__ import annotations

from msgspec import Struct

from lk_audit.patterns import regex

_FORMS = tuple(
    regex(form)
    for form in (
        r"\$\{(?:env|opt|param|self|ssm|cf):(?P<name>[\w./:-]+),\s*[\"']?(?P<value>[^{}$\"',]+)[\"']?\}",
        r"\$\{(?P<name>[A-Za-z_][\w.]*)(?::[-=]?|[-=])(?P<value>[^{}$?+][^{}$]*)\}",
        r"\{\{[^{}]{0,200}\bdefault[ (]+[\"'](?P<value>[^{}\"']+)[\"'][^{}]{0,100}\}\}(?P<name>)",
        r"\{\{-?\s*[\"'](?P<value>[^{}\"']+)[\"'][^{}]{0,100}\}\}(?P<name>)",
    )
)

_RESOLVERS = frozenset(
    {"ssm", "env", "self", "file", "opt", "param", "cf", "s3", "vault", "secret", "secrets", "sm", "secretsmanager"}
    | {"aws", "git", "sops", "op", "doppler", "ref"}
)
"""What stands before the colon where the rest is an address, not a default."""


class Fallback(Struct, frozen=True):
    """A literal that stands in for a reference; `name` is the variable's, empty when it is none."""

    name: str
    value: str


def fallback(text: str) -> Fallback | None:
    """The default that a reference carries; None when the text as a whole is no such reference."""
    if "{" not in text[:3]:
        return None
    found = next((match for form in _FORMS if (match := form.fullmatch(text.strip()))), None)
    if found is None or (found["name"] in _RESOLVERS and ":" in text):
        return None
    return Fallback(found["name"], found["value"])
