"""On which side a file runs, judged by the file alone."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING

from msgspec import Struct

from lk_audit.extractors.context import FileContext
from lk_audit.facts import FileRole, Lead, Side
from lk_audit.livekit.clients import (
    BROWSER_GLOBALS,
    CERTAIN_SERVER_FOLDER,
    CLIENT_CONTAINERS,
    CLIENT_DIRECTIVES,
    CLIENT_HOOK_PACKAGES,
    CLIENT_HOOKS,
    CLIENT_PACKAGES,
    FRAMEWORK_CLIENT_FILES,
    SERVER_CONTAINERS,
    SERVER_DIRECTIVES,
    SERVER_FILE,
    SERVER_FOLDER,
    SERVER_GLOBALS,
    SERVER_PACKAGES,
)
from lk_audit.project.manifests import Builds
from lk_audit.syntax import Call, Element, Import, Member, Name, Unary
from lk_audit.values.names import Names

if TYPE_CHECKING:
    from lk_audit.livekit.apps import AppLanguage


_COMPILED = {"csharp": "sides.dotnet", "rust": "sides.rust", "java": "sides.jvm", "kotlin": "sides.jvm"}
"""Languages with a module of their own here, which is imported with the first file in them."""


class SideEvidence(Struct, frozen=True):
    """The side a file runs on and what shows it; no leads for `Side.UNKNOWN`."""

    side: Side
    leads: tuple[Lead, ...] = ()


def side_of(context: FileContext) -> SideEvidence:
    """Judge the side of a file."""
    if context.workspace.hints.client_paths.match(context.source.path):
        return _stated_side(context)
    if context.module.language in _COMPILED:
        return _compiled_side(context)
    if context.module.language in {"dart", "swift"}:
        from lk_audit.livekit.apps import APP_LANGUAGES  # noqa: PLC0415 - most scans meet other languages

        return _app_side(context, APP_LANGUAGES[context.module.language])
    return SideEvidence(Side.SERVER) if context.names.traits.is_server else _of_javascript(context)


def _of_javascript(context: FileContext) -> SideEvidence:
    """A directive outranks the configuration, that a package, a package a global."""
    if CLIENT_DIRECTIVES & set(context.module.directives):
        return SideEvidence(Side.CLIENT, (_directive_lead(context),))
    is_server = context.module.container in SERVER_CONTAINERS or SERVER_DIRECTIVES & set(context.module.directives)
    if is_server or _is_server(context):
        return SideEvidence(Side.SERVER)
    leads = (*_client_leads(context), *_framework_leads(context))
    return SideEvidence(Side.CLIENT, leads[:3]) if leads else SideEvidence(Side.UNKNOWN)


def _app_side(context: FileContext, language: AppLanguage) -> SideEvidence:
    """The side of code in a language that applications on devices are written in, though servers may be too."""
    names = context.names
    if context.role is FileRole.TEST:
        return SideEvidence(Side.UNKNOWN)
    if {names.package(item.module) for item in names.imports} & language.server_packages:
        return SideEvidence(Side.SERVER)
    for item in names.imports:
        package = names.package(item.module)
        if package in language.client_packages or language.client_names.search(package):
            return SideEvidence(Side.CLIENT, (context.lead(item, f"imports {package}, as applications do"),))
    if any(names.qualified(call.callee) in language.server_names for call in names.calls):
        return SideEvidence(Side.SERVER)
    return _app_side_by_place(context, language)


def _app_side_by_place(context: FileContext, language: AppLanguage) -> SideEvidence:
    """The side of such code by where it stands: by its folder, and what the project around it builds."""
    path = context.source.path
    builds = context.project.manifests.builds(path)
    if builds is Builds.SERVER or language.server_folders.search(path):
        return SideEvidence(Side.SERVER)
    if builds is Builds.APPLICATION:
        return SideEvidence(Side.CLIENT, (context.lead(context.module.body, f"its project builds {builds.value}"),))
    is_script = any(function.name == "main" for function in context.names.functions)
    if language.otherwise is None or is_script or builds is not None:
        return SideEvidence(Side.UNKNOWN)
    return SideEvidence(Side.CLIENT, (context.lead(context.module.body, language.otherwise),))


def _stated_side(context: FileContext) -> SideEvidence:
    """The side of a file that the project calls client code; what frameworks keep on the server stays there."""
    if SERVER_DIRECTIVES & set(context.module.directives) or context.module.container == "astro-frontmatter":
        return SideEvidence(Side.SERVER)
    return SideEvidence(Side.CLIENT, (context.lead(context.module.body, "client code, says `client-paths`"),))


def _compiled_side(context: FileContext) -> SideEvidence:
    """The side of a file whose language servers and applications that users install are written in."""
    sides = import_module(f"lk_audit.extractors.{_COMPILED[context.module.language]}")
    if sides.is_server(context):
        return SideEvidence(Side.SERVER)
    leads = tuple(sides.client_leads(context))
    return SideEvidence(Side.CLIENT, leads) if leads else SideEvidence(Side.UNKNOWN)


def _framework_leads(context: FileContext) -> Iterator[Lead]:
    """What the place of a file tells in a framework that goes by places."""
    package = context.project.manifests.package_for(context.source.path)
    if package is None:
        return
    inside = context.source.path[len(package.folder) :].lstrip("/")
    for dependencies, pattern, note in FRAMEWORK_CLIENT_FILES:
        if package.depends_on(*dependencies) and pattern.search(inside):
            yield context.lead(context.module.body, note)


def _directive_lead(context: FileContext) -> Lead:
    first = context.module.body.statements[0]
    return context.lead(first, "this directive ships the file to browsers")


def _is_server(context: FileContext) -> bool:
    path = context.source.path
    if SERVER_FILE.search(path) or CERTAIN_SERVER_FOLDER.search(path):
        return True
    package = context.project.manifests.package_for(path)
    inside = path[len(package.folder) :].lstrip("/") if package is not None else path
    is_app_source = package is not None and package.is_client_only and inside.startswith(("src/", "app/"))
    if SERVER_FOLDER.search(path) and not is_app_source:
        return True
    modules = {item.module.removeprefix("node:") for item in context.names.imports}
    if modules & SERVER_PACKAGES or any(module.startswith("std/") for module in modules):
        return True
    return any(_server_sign(context.names, call) for call in context.names.calls)


def _server_sign(names: Names, call: Call) -> bool:
    qualified = names.qualified(call.callee) or ""
    head = qualified.split(".", 1)[0]
    if head in SERVER_GLOBALS or head in SERVER_PACKAGES:
        return True
    return qualified == "require" and _required(call) in SERVER_PACKAGES


def _required(call: Call) -> str:
    first = call.arguments[0].value if call.arguments else None
    value = getattr(first, "value", "")
    return value.removeprefix("node:") if isinstance(value, str) else ""


def _client_leads(context: FileContext) -> Iterator[Lead]:
    if context.module.container in CLIENT_CONTAINERS:
        yield context.lead(context.module.body, "a script of a page")
    yield from _import_leads(context)
    yield from _global_leads(context)


def _import_leads(context: FileContext) -> Iterator[Lead]:
    for item in context.names.imports:
        names = [name for name in item.names if not name.type_only]
        if item.module in CLIENT_PACKAGES and (names or not item.names):
            yield context.lead(item, f"imports {CLIENT_PACKAGES[item.module]}")
        elif item.module in CLIENT_HOOK_PACKAGES and any(name.member in CLIENT_HOOKS for name in names):
            yield context.lead(item, f"uses {item.module} hooks, which run at the client")
        elif _is_browser_module(context, item):
            yield context.lead(item, "imports from a CDN, as only browsers do in plain JavaScript")


def _is_browser_module(context: FileContext, item: Import) -> bool:
    """Deno servers import by address too, but they are TypeScript or use Deno's own functions."""
    return item.module.startswith(("https://", "http://")) and context.module.language == "javascript"


def _global_leads(context: FileContext) -> Iterator[Lead]:
    for call in context.names.calls:
        root = _root(call.callee)
        is_global = root is not None and root.id in BROWSER_GLOBALS and not context.names.definitions(root)
        if root is not None and is_global and not _is_probe(context.names, call):
            yield context.lead(call, f"uses {root.id}, which only browsers have")
            return
    for element in context.names.elements:
        if _is_browser_element(element):
            yield context.lead(element, f"renders <{element.tag}>")
            return


_LONGEST_CHAIN = 200
"""Calls and members; nobody writes a longer one, and all of its calls are asked for their root."""


def _root(expr: object) -> Name | None:
    for _ in range(_LONGEST_CHAIN):
        if not isinstance(expr, Member | Call):
            break
        expr = expr.object if isinstance(expr, Member) else expr.callee
    return expr if isinstance(expr, Name) else None


def _is_probe(names: Names, call: Call) -> bool:
    return isinstance(names.parent(call), Unary)


def _is_browser_element(element: Element) -> bool:
    """Event handlers and LiveKit's room component work at clients only."""
    return element.tag in {"LiveKitRoom", "VideoConference"} or any(
        (item.name or "").startswith("on") and (item.name or "")[2:3].isupper() for item in element.attributes
    )
