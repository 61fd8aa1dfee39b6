"""API secrets that shell scripts print: `echo "secret: $LIVEKIT_API_SECRET"`.

Source: the manual of Bash (Redirections, Shell Parameter Expansion). A secret that the script itself has made is shown
to who runs it, and what goes to a file or another program is not printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lk_audit.extractors.secret_names import SecretNames
from lk_audit.facts import Exposure, FileRole, SecretExposure
from lk_audit.patterns import regex
from lk_audit.source import Source

_SCRIPTS = (".sh", ".bash", ".zsh", ".ksh")
_PRINTS = regex(
    rb"(?m)(?:^[ \t]{0,80}|;[ \t]{0,9}|&&[ \t]{0,9}|\b(?:then|else|do)[ \t]{1,9})(echo|printf)[ \t]([^\n]{1,2000})"
)
_TEXT = regex(rb"\"(?:[^\"\\]|\\.)*\"|'[^']*'|\\.")
_VARIABLE = regex(rb"(?<!\\)\$(?:(\w{1,60})|\{(\w{1,60})(?::?-[^}\n]{0,80})?\})")
_LEADS_AWAY = regex(rb"[|>](?![ \t]{0,9}&)|\)")
_GROUP_LED_AWAY = regex(rb"(?m)^[ \t]{0,80}(?:\}|\)|done|fi)[ \t]{0,9}(?:[|>])")


def printed_secrets(source: Source, role: FileRole, names: SecretNames) -> Iterator[SecretExposure]:
    """Every secret that a script prints as it is."""
    if not source.path.endswith(_SCRIPTS) or role is FileRole.TEST:
        return
    data = source.data
    for found in _PRINTS.finditer(data):
        # What stands between quotes leads nowhere, and between single ones nothing is put in.
        bare = _TEXT.sub(lambda text: b"_" * len(text[0]), found[2])
        if _LEADS_AWAY.search(bare) or _GROUP_LED_AWAY.search(data, found.end()):
            continue
        shown = _TEXT.sub(lambda text: b"_" * len(text[0]) if text[0].startswith(b"'") else text[0], found[2])
        for variable in _VARIABLE.finditer(shown):
            name = (variable[1] or variable[2]).decode("ascii", "replace")
            if names.means(name) and not _is_made(data, name):
                start = found.start(2) + variable.start()
                yield SecretExposure(
                    place=source.place(start, start + len(variable[0])),
                    role=role,
                    name=name,
                    exposure=Exposure.LOG,
                    sink=found[1].decode(),
                )


def _is_made(data: bytes, name: str) -> bool:
    """Whether a script gives a variable its value by a program, or asks for it."""
    word = name.encode()
    made = rb"(?m)^[ \t]{0,80}(?:(?:export|local|declare|readonly)[ \t]{1,9})?%s=[\"']?(?:\$\(|`)" % word
    return re.search(made, data) is not None or re.search(rb"\bread\b[^\n]{0,80}\b%s\b" % word, data) is not None
