"""Settings that JavaScript reads from the environment by a schema or a factory, and their defaults there.

Sources: the documentation of Zod, t3-env, envalid, convict and Nest
(techniques/configuration, `registerAs`; fundamentals/custom-providers, `useValue`, `useFactory`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.syntax import Call, Expr, Function, Literal, Member, Name, Record, walk
from lk_audit.values.environment import MAPPINGS
from lk_audit.values.model import Environment, Given, Possible, Reference, Returned, Value
from lk_audit.values.possible import as_fallback
from lk_audit.values.records import entries_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lk_audit.values.evaluator import Evaluator

_PARSERS: dict[str, tuple[str, ...]] = {
    "parse": (),
    "parseAsync": (),
    "safeParse": ("data",),
    "safeParseAsync": ("data",),
}
"""Methods of a schema of Zod, with the part of their result that holds what they have read."""
_READERS = {"createEnv": 0, "cleanEnv": 1}
"""Functions that read the environment by specifications: t3-env's, envalid's; with the place of those."""
_COMMAND_LINES: dict[str, tuple[str, ...]] = {"parseArgs": ("values",), "opts": ()}
"""Functions that read a command line: Node's, commander's; with the part of their result that holds the options."""
_FACTORY = "@nestjs/config.registerAs"
_SIDES = ("server", "client", "shared")
_DEFAULTS = frozenset({"default", "prefault", "catch", "devDefault"})
_LONGEST_CHAIN = 12


def setting(evaluator: Evaluator, value: Value, key: str, origin: Expr) -> Possible | None:
    """What a part can be of what a schema has read: an environment variable or its default; None for anything else."""
    if not isinstance(value, Returned):
        return None
    name = _name_of(value.call)
    if name in _PARSERS and value.members == _PARSERS[name]:
        home = evaluator.home(value.call)
        fields = _fields_of_schema(home, value.call) if home is not None else None
    elif name in _READERS and not value.members:
        home, fields = evaluator.home(value.call), _fields_of_reader(value.call, _READERS[name])
    elif name in _COMMAND_LINES and value.members == _COMMAND_LINES[name]:
        from lk_audit.values import options  # noqa: PLC0415 - few files read a command line

        return options.of_script(evaluator, value, key)
    else:
        return None
    declared = fields.get(key) if fields is not None else None
    if home is None or declared is None:
        return None
    default = _default(declared)
    values = home.evaluate(default) if default is not None else ()
    read = Environment(origin=origin, name=key, accessor="process.env", trace=value.trace)
    return (read, *as_fallback(evaluator.from_home(home, values), key))


def of_convict(evaluator: Evaluator, call: Call) -> Possible:
    """What `config.get("livekit.ttl")` reads of a schema of convict: a variable, or the default of a field."""
    asked = call.arguments[0].value if call.arguments else None
    path = asked.value.split(".") if isinstance(asked, Literal) and isinstance(asked.value, str) else []
    for home, schema in _schemas_of_convict(evaluator, call):
        told = _at(schema, path)
        variable = getattr(told.get("env"), "value", None)
        name = variable if isinstance(variable, str) else None
        values = evaluator.from_home(home, home.evaluate(told["default"])) if "default" in told else ()
        read = (Environment(origin=call, name=name, accessor="process.env"),) if name is not None else ()
        return (*read, *as_fallback(values, name))
    return ()


def _schemas_of_convict(evaluator: Evaluator, call: Call) -> Iterator[tuple[Evaluator, Expr]]:
    """The schemas that a configuration is made of on which a method is called; `validate()` gives it back."""
    for value in evaluator.evaluate(call.callee.object) if isinstance(call.callee, Member) else ():
        home = evaluator.home(value.call) if isinstance(value, Returned) else None
        if isinstance(value, Returned) and home is not None and _name_of(value.call) == "validate":
            yield from _schemas_of_convict(home, value.call)
        elif isinstance(value, Returned) and home is not None and value.call.arguments:
            yield home, value.call.arguments[0].value


def _at(record: Expr, path: list[str]) -> dict[str, Expr]:
    """The entries of what stands under a path of keys in a record that is written out."""
    entries = entries_of(record)
    for key in path:
        entries = entries_of(entries[key]) if key in entries else {}
    return entries


def injected(evaluator: Evaluator, value: Given, key: str) -> Possible | None:
    """What a part can be of the settings that Nest passes to a constructor: `@Inject(livekitConfig.KEY) config`."""
    written = next((item.annotation for item in value.function.parameters if item.name == value.parameter), None)
    home = evaluator.home(value.function)
    for mark in walk(written) if written is not None and home is not None else ():
        asked = mark.arguments[0].value if isinstance(mark, Call) and mark.arguments else None
        if isinstance(asked, Member) and asked.name == "KEY" and home is not None:
            for token in home.evaluate(asked.object):
                if isinstance(token, Returned) and token.callee == _FACTORY and not token.members:
                    return _made(evaluator, token.call, key)
        if isinstance(mark, Call) and asked is not None and _name_of(mark) == "Inject" and home is not None:
            provided = _provided(evaluator, home, asked, key)
            if provided:
                return provided
    return None


def _provided(evaluator: Evaluator, home: Evaluator, token: Expr, key: str) -> Possible:
    """What a module provides for a token: `{ provide: "TOKENS", useValue: { ttl: "2d" } }`."""
    word = token.value if isinstance(token, Literal) else token.id if isinstance(token, Name) else None
    if not isinstance(word, str):
        return ()
    others = home.linker.mentioning(word) if home.linker is not None else ()
    for other in (home, *others):
        for record in other.names.nodes(Record):
            told = entries_of(record)
            provide = told.get("provide")
            if word not in {getattr(provide, "id", None), getattr(provide, "value", None)}:
                continue
            factory = told.get("useFactory")
            values = other.evaluate(told["useValue"]) if "useValue" in told else ()
            if isinstance(factory, Function):
                values = other.calls.returned_by(factory, None, factory)
            return evaluator.from_home(other, tuple(part for item in values for part in other.part(item, key, record)))
    return ()


def _made(evaluator: Evaluator, registered: Call, key: str) -> Possible | None:
    """What the factory of `registerAs("livekit", () => ({ ... }))` puts under a key."""
    home = evaluator.home(registered)
    factory = registered.arguments[-1].value if registered.arguments else None
    if home is None or not isinstance(factory, Function):
        return None
    records = home.calls.returned_by(factory, None, registered)
    return evaluator.from_home(home, tuple(part for item in records for part in home.part(item, key, registered)))


def _name_of(call: Call) -> str:
    callee = call.callee
    return callee.name if isinstance(callee, Member) else getattr(callee, "id", "")


def _fields_of_schema(home: Evaluator, call: Call) -> dict[str, Expr] | None:
    """The fields of `z.object({ ... }).parse(process.env)`, wherever the schema is written in the file."""
    if not isinstance(call.callee, Member) or len(call.arguments) != 1:
        return None
    if not _is_environment(home, call.arguments[0].value):
        return None
    return _declared(home, call.callee.object)


def _declared(home: Evaluator, schema: Expr, steps: int = _LONGEST_CHAIN) -> dict[str, Expr]:
    """The fields of a schema: `z.object({ ... })`, what was made of it, and what `extend` adds."""
    if not steps:
        return {}
    if not isinstance(schema, Call):
        made = (value.call for value in home.evaluate(schema) if isinstance(value, Returned) and not value.members)
        return next((_declared(home, item, steps - 1) for item in made), {})
    if not isinstance(schema.callee, Member):
        return {}
    told = entries_of(schema.arguments[0].value) if schema.arguments else {}
    if schema.callee.name == "object":
        return told
    earlier = _declared(home, schema.callee.object, steps - 1)
    return {**earlier, **told} if schema.callee.name == "extend" else earlier


def _is_environment(home: Evaluator, expr: Expr) -> bool:
    """`process.env`, `{ ...process.env }`."""
    spread = [item.value for item in expr.entries if item.key is None] if isinstance(expr, Record) else [expr]
    values = (value for part in spread for value in home.evaluate(part))
    return any(isinstance(value, Reference) and value.name in MAPPINGS for value in values)


def _fields_of_reader(call: Call, position: int) -> dict[str, Expr]:
    told = entries_of(call.arguments[position].value) if position < len(call.arguments) else {}
    sides = (entries_of(told[side]) for side in _SIDES if side in told)
    return {key: value for part in (told, *sides) for key, value in part.items()}


def _default(declared: Expr) -> Expr | None:
    """`"30d"` of `z.string().default("30d").optional()`, and of envalid's `str({ default: "30d" })`."""
    for _ in range(_LONGEST_CHAIN):
        if not isinstance(declared, Call):
            return None
        first = declared.arguments[0].value if declared.arguments else None
        if isinstance(declared.callee, Member) and declared.callee.name in _DEFAULTS:
            return first
        told = entries_of(first) if first is not None else {}
        if told.keys() & _DEFAULTS:
            return next(value for key, value in told.items() if key in _DEFAULTS)
        if not isinstance(declared.callee, Member):
            return None
        declared = declared.callee.object
    return None
