"""Defaults that declarations tell the libraries which fill what is declared.

Sources: the documentation of caarlos0/env (`envDefault`), kelseyhightower/envconfig and creasty/defaults (`default`)
and ilyakaznacheev/cleanenv (`env-default`) for Go; of Spring Boot's constructor binding (`@DefaultValue`); of clap
(`default_value`) and serde (`default`) for Rust.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lk_audit.patterns import regex
from lk_audit.syntax import Assign, Call, Class, Expr, Function, Literal, Opaque, walk
from lk_audit.values.arithmetic import to_float
from lk_audit.values.callgraph import last_name
from lk_audit.values.model import Duration, Number, Possible, Step, Text, Value
from lk_audit.values.moments import DAY, HOUR, MINUTE
from lk_audit.values.possible import shown, traced

if TYPE_CHECKING:
    from lk_audit.values.evaluator import Evaluator

_TAGS = frozenset({"default", "envDefault", "env-default"})
_MARK = "DefaultValue"
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": MINUTE, "h": HOUR, "d": DAY}
_PART = regex(r"([0-9]{1,12}(?:\.[0-9]{1,9})?)(ns|us|µs|ms|s|m|h|d)")


def of_field(home: Evaluator, owner: Class, name: str) -> Possible:
    """What a field of a class of a file is unless settings say otherwise; nothing where nobody is told."""
    if home.names.module.language == "rust":
        return _of_attribute(home, owner, name)
    for default, written in _told(home, owner, name):
        values = (_read(default, written),)
        return traced(values, Step(default.start, default.end, shown(values, name)))
    return ()


def _of_attribute(home: Evaluator, owner: Class, name: str) -> Possible:
    """What a field of a Rust struct is given that has an initial value: only attributes can say one."""
    for item in home.names.attributes(owner, name):
        node = item.node
        if isinstance(node, Assign) and home.names.class_of_field(node) is owner and not isinstance(node.value, Opaque):
            values = home.evaluate(node.value)
            return traced(values, Step(node.start, node.end, shown(values, name)))
    return ()


def _told(home: Evaluator, owner: Class, name: str) -> Iterator[tuple[Literal, Expr | None]]:
    """The default of a field, with the type that the field is declared to be of."""
    for item in home.names.attributes(owner, name):
        if isinstance(item.node, Assign):
            for tag in item.node.tags:
                if isinstance(tag.key, Literal) and tag.key.value in _TAGS and isinstance(tag.value, Literal):
                    yield tag.value, item.node.annotation
    constructors = (item.node for item in home.names.attributes(owner, "constructor"))
    for parameter in (item for made in constructors if isinstance(made, Function) for item in made.parameters):
        for mark in walk(parameter.annotation) if parameter.name == name and parameter.annotation is not None else ():
            given = mark.arguments[0].value if isinstance(mark, Call) and mark.arguments else None
            if isinstance(mark, Call) and last_name(mark) == _MARK and isinstance(given, Literal):
                yield given, parameter.annotation


def _read(default: Literal, written: Expr | None) -> Value:
    """A default as what the field's type makes of it: a span of time, a number, or the text that it is."""
    text = str(default.value)
    parts = _PART.findall(text)
    kinds = {last_name(node) for node in walk(written) if isinstance(node, Expr)} if written is not None else set()
    if "Duration" in kinds and "".join(amount + unit for amount, unit in parts) == text:
        return Duration(origin=default, seconds=sum(float(amount) * _UNITS[unit] for amount, unit in parts))
    number = to_float(text) if "string" not in kinds and "String" not in kinds else None
    if number is not None:
        return Number(origin=default, number=number)
    return Text(origin=default, text=text, pieces=(default,))
