"""What stands in front of every handler of an application in Dart: middleware of shelf and Dart Frog."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from lk_audit.extractors.callers.guards import Guards
from lk_audit.extractors.context import FileContext, Workspace, last_name
from lk_audit.extractors.handlers.model import Handler
from lk_audit.facts import Lead
from lk_audit.livekit.authentication import AUTHENTICATING_NAME
from lk_audit.patterns import regex
from lk_audit.project.manifests import above
from lk_audit.syntax import Node, walk

_GUARD = regex(r"(?i)auth|guard|jwt|bearer|session|protect")
"""How middleware that looks at the caller is called, by words in its name."""
_MIDDLEWARE = "_middleware.dart"


def around(workspace: Workspace, _: Guards, handler: Handler) -> Iterator[Lead]:
    """What in front of a whole application looks at callers: middleware of a pipeline, or beside the routes."""
    home, files = handler.site.home(handler.function), workspace.project.files
    beside = [posixpath.join(folder, _MIDDLEWARE) for folder in above(home.source.path)]
    paths = [path for path in beside if path in files]
    paths += [path for path in files.code["dart"] if b"addMiddleware(" in files.data(path)][:20]
    for path in paths:
        for context in workspace.contexts(path):
            guard = next(_guards(context, is_file=path.endswith(_MIDDLEWARE)), None)
            if guard is not None:
                yield Lead(context.place(guard), "authenticates the caller")


def _guards(context: FileContext, *, is_file: bool) -> Iterator[Node]:
    for call in context.names.calls:
        name = last_name(call.callee) or ""
        if (is_file and (AUTHENTICATING_NAME.match(name) or _GUARD.search(name))) or (
            name == "addMiddleware"
            and any(_GUARD.search(last_name(node) or "") for node in walk(call) if node is not call)
        ):
            yield call
