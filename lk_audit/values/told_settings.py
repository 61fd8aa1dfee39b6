"""Settings that something else in the project tells: a file that a framework reads, or code that gives defaults.

Sources: the documentation of viper (`SetDefault`), of Elixir's Config (`config :app, key: value`), of Flask
(`app.config`), Rails (`config.x`), django-environ (the scheme of `Env`) and Nest (`registerAs`, `load`); for files see
`project.settings_files`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lk_audit.patterns import regex
from lk_audit.standing import Form
from lk_audit.syntax import Assign, Call, Entry, Expr, Function, Index, Literal, Member, Name, Record, Sequence
from lk_audit.values.callgraph import last_name
from lk_audit.values.environment import APPLICATION, DJANGO_ENVIRON, FLASK, NEST, RAILS, VIPER
from lk_audit.values.model import Defined, Duration, Environment, Number, Possible, Returned, Value
from lk_audit.values.possible import as_fallback

if TYPE_CHECKING:
    from lk_audit.values.evaluator import Evaluator

_PUT = (Form(regex(rb"(?<!\w)\Z"), regex(rb"(?:[\"']\])?\s{0,9}=\s{0,9}(?![=\"'])(?!os\.)")),)
"""How a setting of Flask looks where code puts something else than text or a variable of the environment into it."""


def as_told(evaluator: Evaluator, read: Environment, values: Possible) -> Possible:
    """What a setting can be: what a file sets it to, in the place of its default, or a default from elsewhere."""
    if read.accessor == VIPER:
        return (read, *_defaults(evaluator, read.name))
    if read.accessor == APPLICATION:
        return (*values, *_configured(evaluator, read.name))
    if read.accessor in _FILLERS:
        return (*values, *_FILLERS[read.accessor](evaluator, read))
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
            told = [entry for settings in applications for entry in _entries(settings)]
            # `config :app, App.Tokens, ttl: 600`
            told += [entry for of_module in told for entry in _entries(of_module.value)]
            for key, value in ((entry.key, entry.value) for entry in told):
                if isinstance(key, Literal) and key.value == name:
                    found = (item for item in home.evaluate(value) if isinstance(item, Number))
                    yield from evaluator.from_home(home, as_fallback(tuple(found), name))


def _entries(expr: Expr) -> tuple[Entry, ...]:
    return expr.entries if isinstance(expr, Record) else ()


def _of_scheme(evaluator: Evaluator, read: Environment) -> Iterator[Value]:
    """The default that `environ.Env(TOKEN_TTL=(int, 600))` gives a variable that `env("TOKEN_TTL")` reads."""
    callee = read.origin.callee if isinstance(read.origin, Call) else None
    holder = callee.object if isinstance(callee, Member) else callee
    for value in evaluator.evaluate(holder) if holder is not None else ():
        home = evaluator.home(value.call) if isinstance(value, Returned) else None
        for item in value.call.arguments if isinstance(value, Returned) and home is not None else ():
            if item.name == read.name and isinstance(item.value, Sequence) and len(item.value.items) > 1:
                found = home.evaluate(item.value.items[1]) if home is not None else ()
                yield from evaluator.from_home(home or evaluator, as_fallback(found, read.name))


def _put_by_code(evaluator: Evaluator, read: Environment) -> Iterator[Value]:
    """What code puts into the settings of an application of Flask; secrets are looked for where they stand."""
    others = evaluator.linker.mentioning(read.name, _PUT) if evaluator.linker is not None else ()
    for home in (evaluator, *others):
        found = [item for expr in _put_in(home, read.name) for item in home.evaluate(expr)]
        yield from evaluator.from_home(home, tuple(item for item in found if isinstance(item, Number | Duration)))


def _put_in(home: Evaluator, key: str) -> Iterator[Expr]:
    """`app.config["TTL"] = 60`, `app.config.update(TTL=60)`, `class Config: TTL = 60`."""
    for assign in home.names.nodes(Assign):
        match assign.target:
            case Index(object=Member(name="config"), key=Literal(value=written)) if written == key:
                yield assign.value
            case _:
                continue
    for name in ("update", "from_mapping"):
        for call in home.names.calls_of(name):
            if isinstance(call.callee, Member) and last_name(call.callee.object) == "config":
                yield from (item.value for item in call.arguments if item.name == key)
    for owner in home.names.classes:
        if "onfig" in owner.name or "ettings" in owner.name:
            yield from (item.value for item in home.names.attributes(owner, key) if item.value is not None)


def of_rails(evaluator: Evaluator, name: str) -> Iterator[Value]:
    """The numbers that code gives a setting of Rails: `config.x.livekit.ttl = 600`."""
    prefix = next(prefix for prefix in RAILS if name.startswith(prefix))
    path = ("config", *name.removeprefix(prefix).split("."))
    for home in _mentioning(evaluator, path[-1]):
        for assign in home.names.nodes(Assign):
            if isinstance(assign.target, Member) and assign.target.name == path[-1] and _path(assign.target) == path:
                found = (item for item in home.evaluate(assign.value) if isinstance(item, Number | Duration))
                yield from evaluator.from_home(home, tuple(found))


def _path(expr: Expr) -> tuple[str, ...]:
    """The names of a chain of members, which Ruby reads by calls."""
    match expr:
        case Name(id=name):
            return (name,)
        case Member(object=inner, name=name):
            return (*_path(inner), name)
        case Call(callee=callee, arguments=()):
            return _path(callee)
        case _:
            return ()


def _of_factories(evaluator: Evaluator, read: Environment) -> Iterator[Value]:
    """What Nest's factories give under a path: `registerAs("livekit", () => ...)`, `forRoot({ load: [factory] })`."""
    namespace, *path = read.name.split(".")
    for home in (evaluator, *_mentioning(evaluator, "registerAs")) if path else ():
        for call in home.names.calls_of("registerAs"):
            first = call.arguments[0].value if call.arguments else None
            if isinstance(first, Literal) and first.value == namespace:
                yield from _made(evaluator, home, call.arguments[-1].value, path)
    for home in (evaluator, *_mentioning(evaluator, "forRoot")) if path else ():
        for call in home.names.calls_of("forRoot"):
            loads = (entry.value for item in call.arguments for entry in _entries(item.value) if _key(entry) == "load")
            for factory in (item for given in loads if isinstance(given, Sequence) for item in given.items):
                yield from _made(evaluator, home, factory, [namespace, *path])


def _made(evaluator: Evaluator, home: Evaluator, factory: Expr, path: list[str]) -> Iterator[Value]:
    """What a factory of settings, an expression of the file of `home`, puts under a path."""
    for value in home.evaluate(factory):
        function = value.definition if isinstance(value, Defined) else None
        there = home.home(function) if isinstance(function, Function) else None
        if there is None or not isinstance(function, Function):
            continue
        found = there.calls.returned_by(function, None, factory)
        for key in path:
            found = tuple(part for item in found for part in there.part(item, key, factory))
        yield from evaluator.from_home(there, found)


def _mentioning(evaluator: Evaluator, word: str) -> Iterator[Evaluator]:
    return evaluator.linker.mentioning(word) if evaluator.linker is not None else iter(())


def _key(entry: Entry) -> object:
    return entry.key.value if isinstance(entry.key, Literal) else None


_FILLERS = {DJANGO_ENVIRON: _of_scheme, FLASK: _put_by_code, NEST: _of_factories}
"""What else fills the settings that are read so."""
