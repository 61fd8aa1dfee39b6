"""Addresses of LiveKit servers: which unencrypted ones leave the machine or the private network."""

from __future__ import annotations

import ipaddress
import re

from lk_audit.livekit.setting_names import name_words, public_prefix, says_livekit, without_qualifiers
from lk_audit.patterns import regex

_ADDRESS = regex(r"\s*(ws|http)://([^\s/?#\"'`]{1,255})", re.IGNORECASE)
_HOST_NAME = regex(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+\.?")
_WILDCARD_DNS = regex(r"(?:[a-z0-9-]+\.)*?((?:\d{1,3}[.-]){3}\d{1,3})\.(?:nip|sslip|xip)\.io")
"""Names that public services resolve to the address they spell: `10.0.0.1.nip.io`."""
_PRIVATE_SUFFIXES = (
    ".local",
    ".localhost",
    ".localdomain",
    ".internal",
    ".intranet",
    ".private",
    ".corp",
    ".home",
    ".home.arpa",
    ".lan",
    ".svc",
    ".docker",
    ".test",
    ".invalid",
    ".example",
    ".consul",
    ".ts.net",
)
_PLACEHOLDER_LABEL = regex(
    r"example\d?|(?:my|your|the|some)?-?(?:domain|host|server|hostname|ip)(?:-?(?:name|here|ip|url))?|x{2,}"
    r"|placeholder|todo|changeme|your.*|.*-your-.*"
)


_NAME_ENDS = frozenset({"url", "uri", "host", "endpoint", "address", "ws", "wss", "server", "wsurl", "serverurl"})
_NAME_WORDS = _NAME_ENDS | {"api", "public", "http", "https", "internal", "external"}


def is_livekit_url_name(name: str) -> bool:
    """Whether a name means the address of a LiveKit server: `LIVEKIT_URL`, `NEXT_PUBLIC_LK_SERVER_URL` ..."""
    published = public_prefix(name)
    words = without_qualifiers(name_words(name.removeprefix(published[0]) if published else name))
    rest = [word for word in words if not word.startswith("livekit") and word != "lk"]
    return says_livekit(name) and bool(rest) and rest[-1] in _NAME_ENDS and _NAME_WORDS.issuperset(rest)


def insecure_public_host(url: str) -> tuple[str, str] | None:
    """Scheme and host of an unencrypted address (`ws://`, `http://`) of a public host; None for any other text.

    Loopback, private, link-local, shared (RFC 6598) and documentation addresses, single-label names, private domains
    and placeholders are not public.
    """
    found = _ADDRESS.match(url)
    if found is None:
        return None
    host = _host(found[2])
    return (found[1].lower(), host) if host and _is_public(host) else None


def _host(authority: str) -> str:
    host = authority.rpartition("@")[2].lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _is_public(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        pass
    embedded = _WILDCARD_DNS.fullmatch(host)
    if embedded is not None:
        return _is_public(embedded[1].replace("-", "."))
    if not _HOST_NAME.fullmatch(host) or host.rstrip(".").endswith(_PRIVATE_SUFFIXES):
        return False
    labels = host.rstrip(".").split(".")
    if labels[-1].isdigit():
        return False
    *names, _ = labels
    if any(_PLACEHOLDER_LABEL.fullmatch(label) for label in names[-1:]):
        return False
    return not any(label.startswith("your") or label in {"example", "placeholder"} for label in names)
