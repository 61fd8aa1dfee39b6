"""Where client code gets its tokens from, and where it leaves them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.shown import shown
from lk_audit.facts import DevTokenSource, FileRole, TokenLeftBehind
from lk_audit.livekit.sinks import NAVIGATIONS, STORAGES
from lk_audit.syntax import Assign, Call, Conditional, Expr, If, Literal, Member, Name, Node, Template

_DEVELOPMENT_SOURCES = frozenset(
    {"developmentTokenServer", "sandboxTokenServer", "SandboxTokenSource", "DevelopmentTokenSource"}
    | {"fromSandboxTokenServer", "useSandboxTokenServer"}
)
_SANDBOX_ADDRESS = re.compile(r"cloud-api\.livekit\.io/.*sandbox")
_DEVELOPMENT = re.compile(
    rb"NODE_ENV|import\.meta\.env\.(?:DEV|PROD|MODE)|__DEV__|isDev|development|SANDBOX|sandboxId|kDebug"
)
"""Tests that keep code for development, or for those who have set a sandbox id, apart."""
_TOKEN_NAME = re.compile(r"(?i)(?:livekit|participant|room|access|lk|call|video)_?token$|^(?:token|jwt)$")
_TOKEN_QUERY = re.compile(r"(?i)[?&](?:access_?|livekit_?|lk_?)?(?:token|jwt)=$")


def development_sources(context: FileContext) -> Iterator[DevTokenSource]:
    """Uses of LiveKit's development token server that are not for development only."""
    if context.role in {FileRole.TEST, FileRole.DOCUMENTATION, FileRole.EXAMPLE, FileRole.LOCAL}:
        return
    for call in context.names.calls:
        name = last_name(call.callee) or ""
        if name in _DEVELOPMENT_SOURCES and not _is_for_development(context, call):
            yield DevTokenSource(place=context.place(call.callee), role=context.role, how=f"{name}()")
    for literal in context.names.nodes(Literal):
        is_address = isinstance(literal.value, str) and _SANDBOX_ADDRESS.search(literal.value)
        if is_address and not _is_for_development(context, literal):
            yield DevTokenSource(place=context.place(literal), role=context.role, how="LiveKit's sandbox token server")


def _is_for_development(context: FileContext, node: Node) -> bool:
    for parent in context.names.ancestors(node):
        if isinstance(parent, If | Conditional):
            tested = context.source.data[parent.test.start : parent.test.end]
            if _DEVELOPMENT.search(tested):
                return True
    function = context.names.enclosing_function(node)
    return function is not None and "sandbox" in context.names.name_of(function).lower()


def tokens_left_behind(context: FileContext) -> Iterator[TokenLeftBehind]:
    """LiveKit tokens in the browser's storage, and in page addresses."""
    if context.role is FileRole.TEST or context.is_python or b"livekit" not in context.source.data.lower():
        return
    for call in context.names.calls_of("setItem"):
        holder = last_name(call.callee.object) if isinstance(call.callee, Member) else None
        if holder in STORAGES and len(call.arguments) > 1 and _is_token(call.arguments[1].value):
            yield TokenLeftBehind(place=context.place(call), role=context.role, where=str(holder))
    for node in context.names.nodes(Template):
        if _puts_token_in_query(node) and _is_address(context, node):
            yield TokenLeftBehind(place=context.place(node), role=context.role, where="the address of a page")


def _is_token(expr: Expr) -> bool:
    return any(_TOKEN_NAME.search(last_name(part) or "") for part in shown(expr) if isinstance(part, Name | Member))


def _puts_token_in_query(template: Template) -> bool:
    pairs = zip(template.parts, template.parts[1:], strict=False)
    return any(_ends_in_query(text) and _is_token(value) for text, value in pairs)


def _ends_in_query(text: Expr) -> bool:
    return isinstance(text, Literal) and isinstance(text.value, str) and bool(_TOKEN_QUERY.search(text.value))


def _is_address(context: FileContext, node: Node) -> bool:
    """Whether a text is where the page goes: an argument of navigation, or assigned to the location."""
    for parent in context.names.ancestors(node):
        if isinstance(parent, Call):
            return (last_name(parent.callee) or "") in NAVIGATIONS
        if isinstance(parent, Assign):
            return isinstance(parent.target, Member) and parent.target.name in {"href", "location"}
    return False
