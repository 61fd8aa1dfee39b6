"""API secrets that the build of an application for devices copies into it, by its settings.

Android: Gradle's fields, resources, the manifest. Apple: property lists, of which `Info.plist` takes build settings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lk_audit.extractors.secret_names import SecretNames
from lk_audit.facts import Carrier, CredentialLiteral, EnvExposure, FileRole
from lk_audit.livekit.credentials import judge
from lk_audit.livekit.publishing import APP
from lk_audit.patterns import regex
from lk_audit.secret import Secret
from lk_audit.source import ENCODING, BytesBefore, Source

_FIELD = regex(
    r"""\b(buildConfigField|resValue)\s{0,4}\(?\s{0,40}["']\w{1,20}["']\s{0,4},\s{0,40}["'](\w{1,80})["']\s{0,4},\s{0,40}([^\n]{0,400})"""
)
_PLACEHOLDER = regex(
    r"""\bmanifestPlaceholders\s{0,4}\[\s{0,4}["'](\w{1,80})["']\s{0,4}\]\s{0,4}=\s{0,4}([^\n]{0,400})"""
)
_META_DATA = regex(
    r"""<meta-data\s{1,80}android:name\s{0,4}=\s{0,4}"([\w.]{1,80})"\s{1,80}android:value\s{0,4}=\s{0,4}("[^"\n]{0,400}")"""
)
_PROPERTY = regex(r"<key>\s{0,40}(\w{1,80})\s{0,40}</key>\s{0,200}<string>([^<\n]{1,400})</string>")
_QUOTED = regex(r"""["']\\?["']?([^"'\\$\n]{6,200})\\?["']""")


def exposures(source: Source, role: FileRole, names: SecretNames) -> Iterator[EnvExposure]:
    """The settings that copy the secret into the application, whatever its value is."""
    for setting, name, start, _, _ in _settings(source, names):
        place = source.place(start, start + len(name))
        yield EnvExposure(place=place, role=role, name=name, prefix="", framework=setting, is_read=False, effect=APP)


def credentials(source: Source, role: FileRole, names: SecretNames) -> Iterator[CredentialLiteral]:
    """The values that are written out in such a setting."""
    for _, name, _, start, text in _settings(source, names):
        found = _QUOTED.search(text)
        strength = judge(found[1]) if found is not None else None
        if found is not None and strength is not None:
            at = start + len(text[: found.start(1)].encode(*ENCODING))
            yield CredentialLiteral(
                place=source.place(at, at + len(found[1].encode(*ENCODING))),
                role=role,
                secret=Secret(found[1]),
                strength=strength,
                carrier=Carrier.CONFIGURATION,
                name=name,
            )


def _settings(source: Source, names: SecretNames) -> Iterator[tuple[str, str, int, int, str]]:
    """Each setting of the secret: what sets it, its name and where that is, where its value is, and the value."""
    patterns = next((patterns for end, patterns in _PATTERNS.items() if source.path.endswith(end)), {})
    text = source.data.decode(*ENCODING) if patterns else ""
    offset = BytesBefore(text)
    for pattern, label in patterns.items():
        for found in pattern.finditer(text):
            value = found.lastindex or 2
            name = value - 1
            if names.means(found[name]):
                yield (
                    label or found[1],
                    found[name],
                    offset(found.start(name)),
                    offset(found.start(value)),
                    found[value],
                )


_GRADLE = {_FIELD: "", _PLACEHOLDER: "manifestPlaceholders"}
_PATTERNS: dict[str, dict[re.Pattern[str], str]] = {
    ".gradle": _GRADLE,
    ".gradle.kts": _GRADLE,
    "AndroidManifest.xml": {_META_DATA: "the manifest"},
    "Info.plist": {_PROPERTY: "Info.plist"},
}
"""What sets such settings, by how the names of files end, and what that is called; otherwise by its own name."""
