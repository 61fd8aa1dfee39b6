"""Settings that something else in the project tells: a file that a framework reads, or code that gives defaults.

Sources: the documentation of viper (`SetDefault`) and of Elixir's Config (`config :app, key: value`); for files see
`project.settings_files`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lk_audit.syntax import Entry, Expr, Literal, Record
from lk_audit.values.environment import APPLICATION, VIPER
from lk_audit.values.model import Environment, Number, Possible, Value
from lk_audit.values.possible import as_fallback

if TYPE_CHECKING:
    from lk_audit.values.evaluator import Evaluator


def as_told(evaluator: Evaluator, read: Environment, values: Possible) -> Possible:
    """What a setting can be: what a file sets it to, in the place of its default, or a default from elsewhere."""
    if read.accessor == VIPER:
        return (read, *_defaults(evaluator, read.name))
    if read.accessor == APPLICATION:
        return (*values, *_configured(evaluator, read.name))
    told = evaluator.linker.setting(read.name) if evaluator.linker is not None else None
    if told is None:
        return values
    number, step = told
    return (read, Number(origin=read.origin, number=number, environment=read.name, trace=(step,)))


def _defaults(evaluator: Evaluator, name: str) -> Iterator[Value]:
    """What code says that a setting of viper is unless something sets it; upper and lower case are the same."""
    others = evaluator.linker.mentioning("SetDefault") if evaluator.linker is not None else ()
    for home in (evaluator, *others):
        for call in home.names.calls_of("SetDefault"):
            given = [item.value for item in call.arguments]
            key = given[0].value if given and isinstance(given[0], Literal) else None
            if isinstance(key, str) and key.lower() == name.lower() and len(given) > 1:
                yield from evaluator.from_home(home, as_fallback(home.evaluate(given[1]), name))


def _configured(evaluator: Evaluator, name: str) -> Iterator[Value]:
    """The numbers that an application of Elixir is configured with; secrets are looked for where they stand."""
    others = evaluator.linker.mentioning(name) if evaluator.linker is not None else ()
    for home in others:
        for call in home.names.calls_of("config"):
            applications = (item.value for argument in call.arguments for item in _entries(argument.value))
            told = (entry for settings in applications for entry in _entries(settings))
            for key, value in ((entry.key, entry.value) for entry in told):
                if isinstance(key, Literal) and key.value == name:
                    found = (item for item in home.evaluate(value) if isinstance(item, Number))
                    yield from evaluator.from_home(home, as_fallback(tuple(found), name))


def _entries(expr: Expr) -> tuple[Entry, ...]:
    return expr.entries if isinstance(expr, Record) else ()
