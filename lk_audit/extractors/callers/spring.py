"""What stands in front of every handler of an application in Java or Kotlin: Spring Security, filters, interceptors."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from fnmatch import fnmatchcase

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
    SECURITY_DEPENDENCY,
    SECURITY_WORDS,
)
from lk_audit.patterns import regex
from lk_audit.project.manifests import above
from lk_audit.syntax import Call, Expr, Member, Name
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
        yield from _security_rules(context, handler)
    if not configured:
        # With a configuration, filters only say who the caller is, and its rules decide who gets through.
        yield from _closed_by_default(workspace, home)
        yield from _filters(workspace, guards, home, handler)


# --- Spring Security --------------------------------------------------------------------------------------------------


def _security_rules(context: FileContext, handler: Handler) -> Iterator[Lead]:
    """`.requestMatchers("/open/**").permitAll().anyRequest().authenticated()`: the first rule for a path decides."""
    for call in sorted(context.names.calls, key=lambda item: item.end):
        rule = _rule(call)
        if rule is None:
            continue
        matched, is_open = rule
        if _is_for(context, matched, handler):
            if not is_open:
                yield Lead(context.place(call.callee), "Spring Security asks for a login")
            return


def _rule(call: Call) -> tuple[list[Expr], bool] | None:
    """Which requests a rule is for (nothing stands for all that are left), and whether it is open to everybody.

    `requestMatchers("/public/**").permitAll()`; in Kotlin `authorize("/public/**", permitAll)`.
    """
    if isinstance(call.callee, Name) and call.callee.id == "authorize" and call.arguments:
        *matched, access = (item.value for item in call.arguments)
        is_rest = bool(matched) and last_name(matched[0]) in ANY_REQUEST
        return [] if is_rest else matched, last_name(access) in OPEN
    if not isinstance(call.callee, Member) or not isinstance(call.callee.object, Call):
        return None
    matcher = call.callee.object
    if last_name(matcher.callee) not in MATCHERS | ANY_REQUEST:
        return None
    return [item.value for item in matcher.arguments], call.callee.name in OPEN


def _is_for(context: FileContext, matched: list[Expr], handler: Handler) -> bool:
    """Whether a rule is for what a handler answers: `requestMatchers(HttpMethod.OPTIONS, "/**")` is for no `POST`."""
    methods = {item.name for item in matched if isinstance(item, Member) and last_name(item.object) == "HttpMethod"}
    method, _, path = handler.label.partition(" ")
    if methods and path and method not in methods:
        return False
    patterns = [text for expr in matched for text in _texts(context, expr)]
    is_for_all = len(methods) == len(matched)
    return is_for_all or (handler.path is not None and any(_covers(pattern, handler.path) for pattern in patterns))


def _patterns(context: FileContext, call: Call) -> list[str]:
    return [text for item in call.arguments for text in _texts(context, item.value)]


def _texts(context: FileContext, expr: Expr) -> Iterator[str]:
    """The patterns that something stands for, also through other matchers: `antMatcher("/open/**")`."""
    yield from (item.text for item in texts(context.values(expr)))
    if isinstance(expr, Call):
        yield from (text for item in expr.arguments for text in _texts(context, item.value))


def _covers(pattern: str, path: str) -> bool:
    """Whether an Ant pattern covers a path: `*` stands for anything within a folder, `**` for any folders."""
    parts, reached = path.strip("/").split("/"), {0}
    for wanted in _VARIABLE.sub("*", pattern).strip("/").split("/"):
        if wanted == "**":
            reached = set(range(min(reached), len(parts) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(parts) and fnmatchcase(parts[at], wanted)}
        if not reached:
            return False
    return len(parts) in reached


_VARIABLE = regex(r"\{[^}*]{0,200}\}")


def _closed_by_default(workspace: Workspace, home: FileContext) -> Iterator[Lead]:
    """An application with Spring Security and without a configuration asks for a login everywhere."""
    if not any(item.module.startswith("org.springframework") for item in home.names.imports):
        return
    files = workspace.project.files
    for folder in above(home.source.path):
        for name in BUILD_FILES:
            path = posixpath.join(folder, name)
            source = files.source(path) if path in files else None
            found = SECURITY_DEPENDENCY.search(source.data) if source is not None else None
            if source is not None and found is not None:
                yield Lead(source.place(*found.span()), "Spring Security asks for a login everywhere")
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
