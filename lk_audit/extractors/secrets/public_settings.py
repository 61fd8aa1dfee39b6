"""API secrets that the settings of a bundler or framework publish under any name."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.shown import shown
from lk_audit.extractors.sides.sides import side_of
from lk_audit.facts import EnvExposure, Side
from lk_audit.livekit.publishing import (
    BUNDLE,
    ENVIRONMENT_FILES,
    INLINES_EVERYTHING,
    PLUGINS,
    PREFIX_FILES,
    PREFIX_SETTING,
    Setting,
    publishing_setting,
)
from lk_audit.livekit.setting_names import public_prefix
from lk_audit.syntax import Argument, Call, Entry, Expr, Literal, Node, Record
from lk_audit.syntax import Sequence as Display
from lk_audit.values.model import Environment, Text
from lk_audit.values.possible import with_items

_SECRET = "LIVEKIT_API_SECRET"  # noqa: S105 - the name of the variable


def public_settings(context: FileContext) -> Iterator[EnvExposure]:
    """Every setting that publishes the secret, once."""
    if context.is_python:
        return
    path = context.source.path
    for entry in context.names.nodes(Entry):
        keys = _keys(context, entry)
        setting = publishing_setting(path, keys[:-1])
        if setting is not None:
            yield from _entry(context, entry, keys[-1], setting)
        elif isinstance(entry.value, Call) and context.secret_names.means(keys[-1]):
            yield from _described(context, entry, keys[-1])
        if keys[-1:] == (PREFIX_SETTING,) and PREFIX_FILES.search(path):
            yield from _prefix(context, entry)
        if ENVIRONMENT_FILES.search(path) and context.secret_names.means(keys[-1]) and _is_filled(context, entry.value):
            yield _exposure(context, entry, keys[-1], "the environment file", BUNDLE)
    yield from _plugins(context)
    yield from _inlined(context)


def _keys(context: FileContext, entry: Entry) -> tuple[str, ...]:
    """The keys that lead to an entry, outermost first."""
    found = [_key(entry)]
    found += [_key(parent) for parent in context.names.ancestors(entry) if isinstance(parent, Entry)]
    return tuple(reversed(found))


def _key(entry: Entry) -> str:
    return entry.key.value if isinstance(entry.key, Literal) and isinstance(entry.key.value, str) else ""


def _entry(context: FileContext, entry: Entry, key: str, setting: Setting) -> Iterator[EnvExposure]:
    name = _published(context, key, entry.value)
    if name is not None:
        yield _exposure(context, entry, name, f"`{setting.name}`", setting.effect)


def _described(context: FileContext, entry: Entry, key: str) -> Iterator[EnvExposure]:
    """`VITE_LIVEKIT_API_SECRET: z.string()`: a schema of the environment that wants the secret under a public name."""
    published = public_prefix(key)
    if published is not None:
        prefix, framework = published
        place = context.place(entry)
        yield EnvExposure(
            place=place, role=context.role, name=key, prefix=prefix, framework=framework, is_read=False, effect=None
        )


def _published(context: FileContext, key: str, value: Expr) -> str | None:
    """The name of the secret that an entry publishes: that of its key, or of the variable that it holds."""
    last = key.rpartition(".")[2].strip("_")
    read = [item.name for expr in shown(value) for item in context.values(expr) if isinstance(item, Environment)]
    secret = next((name for name in read if context.secret_names.means(name)), None)
    return secret or (last if context.secret_names.means(last) else None)


def _prefix(context: FileContext, entry: Entry) -> Iterator[EnvExposure]:
    for value in context.values(entry.value):
        if any(isinstance(item, Text) and _SECRET.startswith(item.text) for item in with_items((value,))):
            yield _exposure(context, entry, _SECRET, "`envPrefix`", BUNDLE)


def _is_filled(context: FileContext, expr: Expr) -> bool:
    return any(not isinstance(value, Text) or bool(value.text) for value in context.values(expr))


def _plugins(context: FileContext) -> Iterator[EnvExposure]:
    """`new DefinePlugin({...})`, `new EnvironmentPlugin([...])`."""
    for call in context.names.calls:
        plugin = last_name(call.callee) or ""
        if plugin in PLUGINS and call.arguments:
            for node, key, value in _listed(call.arguments[0]):
                name = _published(context, key, value)
                if name is not None:
                    yield _exposure(context, node, name, plugin, BUNDLE)


def _listed(argument: Argument) -> Iterator[tuple[Node, str, Expr]]:
    match argument.value:
        case Record(entries=entries):
            yield from ((entry, _key(entry), entry.value) for entry in entries)
        case Display(items=items):
            for item in items:
                if isinstance(item, Literal) and isinstance(item.value, str):
                    yield item, item.value, item
        case _:
            return


def _inlined(context: FileContext) -> Iterator[EnvExposure]:
    """Reads in the code of a Parcel application: the bundler writes the value in their place."""
    package = context.project.manifests.package_for(context.source.path)
    if package is None or not package.depends_on(*INLINES_EVERYTHING) or context.built(side_of).side is Side.SERVER:
        return
    for node in context.names.members_named(_SECRET):
        for value in context.values(node):
            if (
                isinstance(value, Environment)
                and value.accessor == "process.env"
                and context.secret_names.means(value.name)
            ):
                yield _exposure(context, node, value.name, "Parcel", BUNDLE)


def _exposure(context: FileContext, node: Node, name: str, setting: str, effect: str) -> EnvExposure:
    return EnvExposure(
        place=context.place(node),
        role=context.role,
        name=name,
        prefix="",
        framework=setting,
        is_read=False,
        effect=effect,
    )
