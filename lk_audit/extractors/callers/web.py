"""What web frameworks do in the way of their language, a row each.

A module is imported when a file in its language asks for it: most scans meet one or two.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from msgspec import Struct

if TYPE_CHECKING:
    from lk_audit.extractors.callers.guards import Guards
    from lk_audit.extractors.context import FileContext, Workspace
    from lk_audit.extractors.handlers.model import Handler
    from lk_audit.facts import Lead
    from lk_audit.values.model import Given


class Web(Struct, frozen=True):
    """The modules that answer a question in the way of a language; None where the answer is the usual.

    Attributes:
        finders: find handlers with `find`, the surest signs first.
        judge: tells with `is_from_caller` which parameters of a handler hold what is sent; as a rule all do.
        fence: finds with `in_front_of` what tells callers before they reach a handler, if not at its registration.
        wall: finds with `around` what tells them before they reach anything of the application.
    """

    finders: tuple[str, ...] = ("handlers.common",)
    judge: str | None = None
    fence: str | None = None
    wall: str | None = None

    def handlers(self, context: FileContext) -> Iterator[Handler]:
        """The handlers of a file; a function may come more than once."""
        for name in self.finders:
            yield from _module(name).find(context)

    def is_from_caller(self, context: FileContext, value: Given, handler: Handler) -> bool:
        """Whether a parameter of a handler holds what the caller sends, as far as its place and type tell."""
        return self.judge is None or cast("bool", _module(self.judge).is_from_caller(context, value, handler))

    def in_front_of(self, workspace: Workspace, guards: Guards, handler: Handler) -> Lead | None:
        """What authenticates callers in front of a handler."""
        return None if self.fence is None else next(_module(self.fence).in_front_of(workspace, guards, handler), None)

    def around(self, workspace: Workspace, guards: Guards, handler: Handler) -> Lead | None:
        """What authenticates the callers of a whole application."""
        return None if self.wall is None else next(_module(self.wall).around(workspace, guards, handler), None)


@cache
def _module(name: str) -> Any:  # noqa: ANN401 - each has other functions
    return import_module(f"lk_audit.extractors.{name}")


_TABLE = {
    "python": Web(wall="callers.python"),
    "javascript": Web(wall="callers.javascript"),
    "go": Web(("handlers.go",), judge="handlers.go"),
    "jvm": Web(("handlers.annotated", "handlers.common"), wall="callers.spring"),
    "php": Web(("handlers.common", "handlers.php"), judge="handlers.php", fence="callers.php"),
    "ruby": Web(("handlers.common", "handlers.ruby"), fence="callers.ruby"),
    "dart": Web(("handlers.common", "handlers.dart"), wall="callers.dart"),
    "swift": Web(("handlers.common", "handlers.swift")),
    "csharp": Web(("handlers.dotnet",), judge="handlers.dotnet", wall="callers.dotnet"),
    "rust": Web(("handlers.rust",), judge="handlers.rust", wall="callers.rust"),
    "elixir": Web(("handlers.common", "handlers.elixir"), judge="handlers.elixir", fence="callers.elixir"),
}
_USUAL = Web()


def web(context: FileContext) -> Web:
    """What frameworks do in the language of a file."""
    return _TABLE.get(context.names.traits.family, _USUAL)
