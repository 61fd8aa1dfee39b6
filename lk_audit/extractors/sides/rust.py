"""On which side a Rust file runs: in an application that users install, in browsers, or on a server."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.facts import FileRole, Lead
from lk_audit.livekit.rust_web import CLIENT_CRATES, COMMAND_CRATES, SERVER_CRATES
from lk_audit.patterns import regex
from lk_audit.project.manifests import above

_DEPENDENCY = regex(rb"^(?:\[dependencies\.)?([\w-]{1,60})(?:\]|\s{0,9}=)", re.MULTILINE)


def is_server(context: FileContext) -> bool:
    """Whether the file imports what only servers use."""
    return any(_crate(item.module) in SERVER_CRATES for item in context.names.imports)


def client_leads(context: FileContext) -> Iterator[Lead]:
    """What shows that the file is part of an application that users install; tests and commands are not."""
    if context.role is FileRole.TEST or any(_crate(item.module) in COMMAND_CRATES for item in context.names.imports):
        return
    for item in context.names.imports:
        if _crate(item.module) in CLIENT_CRATES:
            yield context.lead(item, f"imports {CLIENT_CRATES[_crate(item.module)]}")
            return
    for function in context.names.functions:
        mark = next((item for item in function.decorators if last_name(item) == "command"), None)
        if mark is not None:
            yield context.lead(mark, "is a command of Tauri, which users install")
            return
    yield from _crate_leads(context)


def _crate(module: str) -> str:
    return module.split(".", 1)[0]


def _crate_leads(context: FileContext) -> Iterator[Lead]:
    """What the manifest of the crate depends on, where it names no server."""
    for folder in above(context.source.path):
        path = posixpath.join(folder, "Cargo.toml")
        source = context.project.files.source(path) if path in context.project.files else None
        if source is None:
            continue
        found = {match[1].decode().replace("-", "_"): match for match in _DEPENDENCY.finditer(source.data)}
        if not SERVER_CRATES & set(found):
            for name in sorted(set(CLIENT_CRATES) & set(found)):
                yield Lead(
                    source.place(found[name].start(1), found[name].end(1)), f"the crate is {CLIENT_CRATES[name]}"
                )
                return
        return
