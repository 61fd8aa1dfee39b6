"""What asks who is there before a function of a cloud platform runs: authorizers, in the file that deploys it.

Sources: serverless.com/framework/docs (events), the specification of AWS SAM (ApiAuth, HttpApiAuth). For Terraform and
the CDK see `infrastructure`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from lk_audit.extractors.context import Workspace
from lk_audit.extractors.handlers.model import Handler
from lk_audit.facts import Lead
from lk_audit.patterns import regex
from lk_audit.project.manifests import above

_FILES = tuple(f"{name}.{suffix}" for name in ("serverless", "template", "sam") for suffix in ("yml", "yaml"))
_EVENT = frozenset({"event", "_event"})
_HANDLER = regex(rb"(?m)^(?P<indent>[ \t]*)[hH]andler:[ \t]*[\"']?(?:[\w./-]*/)?(?P<file>[\w-]+)\.(?P<name>\w+)")
_AUTHORIZER = regex(
    rb"(?m)^[^#\n]*?\b(?:[aA]uthorizer[ \t]*:(?![ \t]*[\"']?(?i:none)\b)|(?:private|ApiKeyRequired)[ \t]*:[ \t]*true)"
)
_DEFAULT = regex(rb"(?m)^[^#\n]*?\bDefaultAuthorizer[ \t]*:[ \t]*\w")
_EXEMPT = regex(rb"(?m)^[^#\n]*?\bAuthorizer[ \t]*:[ \t]*[\"']?(?i:none)\b")


def authorizers(workspace: Workspace, handler: Handler) -> Iterator[Lead]:
    """What Serverless or AWS SAM is told of the callers of a function that is given an event."""
    home, function = handler.site.home(handler.function), handler.function
    if handler.router is not None or not {item.name for item in function.parameters[:1]} & _EVENT:
        return
    names = {home.names.name_of(function), *home.code.exports.names_of(function)}
    stem = posixpath.basename(home.source.path).split(".", 1)[0]
    files = workspace.project.files
    for folder in above(home.source.path):
        for path in (posixpath.join(folder, name) for name in _FILES):
            span = _asked(files.data(path), stem, names) if path in files else None
            source = files.source(path) if span is not None else None
            if span is not None and source is not None:
                yield Lead(source.place(*span), "authenticates the caller")
    from lk_audit.extractors.callers.infrastructure import Infrastructure  # noqa: PLC0415 - few functions are deployed

    for path, span in files.shared(Infrastructure).asked(stem, names):
        if (source := files.source(path)) is not None:
            yield Lead(source.place(*span), "authenticates the caller")


def _asked(data: bytes, stem: str, names: set[str]) -> tuple[int, int] | None:
    """Where a file of deployment says who may call one of some functions of a file."""
    for found in _HANDLER.finditer(data):
        if found["file"].decode() != stem or found["name"].decode() not in names:
            continue
        start, end = _block(data, found.start(), len(found["indent"]))
        told = _AUTHORIZER.search(data, start, end)
        if told is None and not _EXEMPT.search(data, start, end):
            told = _DEFAULT.search(data)
        if told is not None:
            return told.span()
    return None


def _block(data: bytes, position: int, indent: int) -> tuple[int, int]:
    """The lines around one that are indented as far as it is, or further."""
    lines = data[position:].splitlines(keepends=True)
    end = position
    for line in lines:
        if line.strip() and len(line) - len(line.lstrip()) < indent:
            break
        end += len(line)
    start = position
    for line in reversed(data[:position].splitlines(keepends=True)):
        if line.strip() and len(line) - len(line.lstrip()) < indent:
            break
        start -= len(line)
    return start, end
