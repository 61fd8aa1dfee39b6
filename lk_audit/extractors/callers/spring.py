"""What stands in front of every handler of an application in Java or Kotlin: Spring Security, filters, interceptors."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from lk_audit.extractors.callers.guards import Guards
from lk_audit.extractors.context import FileContext, Workspace, last_name
from lk_audit.extractors.handlers.annotated import guarding_block
from lk_audit.extractors.handlers.model import Handler
from lk_audit.facts import Lead
from lk_audit.livekit.annotations import (
    ANY_REQUEST,
    BUILD_FILES,
    FILTERS,
    MATCHERS,
    OPEN,
    SECURITY_DEPENDENCIES,
    SECURITY_WORDS,
)
from lk_audit.project.manifests import above
from lk_audit.syntax import Call, Expr, Member, Name
from lk_audit.values.model import Text
from lk_audit.values.possible import texts


def around(workspace: Workspace, guards: Guards, handler: Handler) -> Iterator[Lead]:
    """What tells callers before a handler runs, surest first."""
    home = handler.site.home(handler.function)
    if handler.registration is not None:
        block = guarding_block(handler.site, handler.registration)
        if block is not None:
            yield Lead(handler.site.place(block.callee), "authenticates the caller")
    configured = list(workspace.mentioning(home, *SECURITY_WORDS))
    for context in configured:
        yield from _security_rules(context, handler.path)
    if not configured:
        # With a configuration, filters only say who the caller is, and its rules decide who gets through.
        yield from _closed_by_default(workspace, home)
        yield from _filters(workspace, guards, home, handler)


# --- Spring Security --------------------------------------------------------------------------------------------------


def _security_rules(context: FileContext, path: str | None) -> Iterator[Lead]:
    """`.requestMatchers("/open/**").permitAll().anyRequest().authenticated()`: the first rule for a path decides."""
    for call in sorted(context.names.calls, key=lambda item: item.end):
        decision = _decision(context, call)
        if decision is None:
            continue
        patterns, is_open = decision
        if patterns is None or (path is not None and any(_covers(pattern, path) for pattern in patterns)):
            if not is_open:
                yield Lead(context.place(call.callee), "Spring Security asks for a login")
            return


def _decision(context: FileContext, call: Call) -> tuple[list[str] | None, bool] | None:
    """The paths that one rule is for (None: all that are left), and whether it is open to everybody."""
    if isinstance(call.callee, Name) and call.callee.id == "authorize" and call.arguments:
        return _kotlin_rule(context, call)
    if not isinstance(call.callee, Member) or not isinstance(call.callee.object, Call):
        return None
    matcher = call.callee.object
    name = last_name(matcher.callee) or ""
    if name not in MATCHERS | ANY_REQUEST:
        return None
    is_open = call.callee.name in OPEN
    return (None if name in ANY_REQUEST else _patterns(context, matcher)), is_open


def _kotlin_rule(context: FileContext, call: Call) -> tuple[list[str] | None, bool]:
    """`authorize("/public/**", permitAll)`, `authorize(anyRequest, authenticated)`."""
    first, last = call.arguments[0].value, call.arguments[-1].value
    is_open = (last_name(last) or "") in OPEN
    if (last_name(first) or "") in ANY_REQUEST or len(call.arguments) == 1:
        return None, is_open
    return [value.text for value in context.values(first) if isinstance(value, Text)], is_open


def _patterns(context: FileContext, matcher: Call) -> list[str]:
    return [text for item in matcher.arguments for text in _texts(context, item.value)]


def _texts(context: FileContext, expr: Expr) -> Iterator[str]:
    yield from (item.text for item in texts(context.values(expr)))


def _covers(pattern: str, path: str) -> bool:
    """Whether an Ant pattern such as `/api/**` covers a path."""
    fixed = pattern.split("*", 1)[0].split("{", 1)[0]
    if pattern.endswith(("/**", "/*")) and fixed.rstrip("/") == path.rstrip("/"):
        return True
    return path.startswith(fixed) if "*" in pattern or "{" in pattern else path.rstrip("/") == pattern.rstrip("/")


def _closed_by_default(workspace: Workspace, home: FileContext) -> Iterator[Lead]:
    """An application with Spring Security and without a configuration asks for a login everywhere."""
    if not any(item.module.startswith("org.springframework") for item in home.names.imports):
        return
    files = workspace.project.files
    for folder in above(home.source.path):
        for name in BUILD_FILES:
            path = posixpath.join(folder, name)
            source = files.source(path) if path in files else None
            for word in SECURITY_DEPENDENCIES if source is not None else ():
                start = source.data.find(word) if source is not None else -1
                if source is not None and start >= 0:
                    yield Lead(source.place(start, start + len(word)), "Spring Security asks for a login everywhere")
                    return


# --- filters ----------------------------------------------------------------------------------------------------------


def _filters(workspace: Workspace, guards: Guards, home: FileContext, handler: Handler) -> Iterator[Lead]:
    """A filter or interceptor of the project that refuses strangers, and does not leave the path out."""
    for context in workspace.mentioning(home, *sorted(FILTERS)):
        for owner in context.names.classes:
            if not any((last_name(base) or "") in FILTERS for base in owner.bases):
                continue
            if guards.owner(context, owner) and not _is_left_out(workspace, home, owner.name, handler.path):
                yield Lead(context.place(owner.bases[0]), "runs before every handler")


def _is_left_out(workspace: Workspace, home: FileContext, name: str, path: str | None) -> bool:
    """`registry.addInterceptor(new AuthInterceptor()).addPathPatterns("/api/**").excludePathPatterns("/token")`."""
    if path is None:
        return False
    for context in workspace.mentioning(home, "addInterceptor"):
        if name.lower().encode() not in context.source.data.lower():
            continue
        left_out = [_patterns(context, call) for call in context.names.calls_of("excludePathPatterns")]
        covered = [_patterns(context, call) for call in context.names.calls_of("addPathPatterns")]
        if any(_covers(pattern, path) for found in left_out for pattern in found):
            return True
        if covered and not any(_covers(pattern, path) for found in covered for pattern in found):
            return True
    return False
