"""Python: functions of the language and of its libraries."""

from __future__ import annotations

import math

from msgspec.structs import replace

from lk_audit.syntax import Block, Class, Expr, Return
from lk_audit.syntax import Function as Lambda
from lk_audit.values import construction, moments
from lk_audit.values.conversions import (
    GREATEST,
    LEAST,
    absolute,
    as_number,
    boolean,
    derived,
    encoded,
    first,
    from_base64,
    identity,
    json_value,
    parsed_number,
    rounding,
)
from lk_audit.values.invocation import Function, Invocation, Method
from lk_audit.values.model import Defined, Environment, Given, Listed, Mapped, Number, Possible, Returned, Text


def _python_round(invocation: Invocation) -> Possible | None:
    return rounding(round)(invocation) if invocation.positional == 1 else invocation.unknown(*invocation.everything())


def _default_of_field(invocation: Invocation) -> Possible | None:
    """Pydantic's `Field`, `dataclasses.field` and attrs: the default, and the variable that `env=` names."""
    values = invocation.values(0, "default")
    names = [item for item in invocation.values(None, "env", "validation_alias", "alias") if isinstance(item, Text)]
    if names and invocation.expr(None, "env", "validation_alias") is not None:
        origin = invocation.call
        variables = tuple(Environment(origin=origin, name=item.text, accessor="pydantic") for item in names)
        fallback = (
            replace(item, environment=names[0].text) if isinstance(item, Text | Number) else item for item in values
        )
        return (*variables, *fallback)
    match invocation.expr(None, "default_factory"):
        case Lambda(body=Block(statements=(Return(value=made),))) if made is not None:
            return values or invocation.evaluate(made) or None
    made_by = (item for item in invocation.values(None, "default_factory") if isinstance(item, Defined))
    return values or tuple(item for item in made_by if isinstance(item.definition, Class)) or None


def _enumerated(invocation: Invocation) -> Possible | None:
    """`enumerate(items)`: pairs of a place and an item."""
    origin = invocation.call
    lists = _lists(invocation.values(0))
    return (
        tuple(
            Listed(
                origin=origin,
                items=tuple(
                    _pair(origin, (Number(origin=origin, number=float(place)),), item) for place, item in found
                ),
            )
            for found in (tuple(enumerate(value.items)) for value in lists)
        )
        or None
    )


def _zipped(invocation: Invocation) -> Possible | None:
    """`zip(names, lifetimes)`: pairs of the items at one place."""
    lists = [_lists(values) for values in invocation.everything()]
    if len(lists) != _PAIR or any(len(found) != 1 for found in lists):
        return None
    (left,), (right,) = lists
    pairs = zip(left.items, right.items, strict=False)
    return (Listed(origin=invocation.call, items=tuple(_pair(invocation.call, *pair) for pair in pairs)),)


def _lists(values: Possible) -> tuple[Listed, ...]:
    """The values, where all of them are lists that are known."""
    found = tuple(value for value in values if isinstance(value, Listed) and not value.open)
    return found if len(found) == len(values) else ()


def _pair(origin: Expr, left: Possible, right: Possible) -> Possible:
    return (Listed(origin=origin, items=(left, right)),)


_PAIR = 2

FUNCTIONS: dict[str, Function] = {
    "int": parsed_number(whole=True),
    "float": first(as_number(whole=False)),
    "round": _python_round,
    "math.floor": rounding(math.floor),
    "math.ceil": rounding(math.ceil),
    "math.trunc": rounding(math.trunc),
    "abs": first(absolute),
    "min": LEAST,
    "max": GREATEST,
    "str": encoded,
    "bytes": encoded,
    "bool": boolean(python=True),
    "json.loads": json_value,
    "enumerate": _enumerated,
    "zip": _zipped,
    "typing.cast": lambda invocation: invocation.values(1) or None,
    **dict.fromkeys(
        (
            "list",
            "tuple",
            "set",
            "frozenset",
            "reversed",
            "sorted",
            "copy.copy",
            "copy.deepcopy",
            "joserfc.jwk.OctKey.import_key",
            "pydantic.SecretStr",
            "starlette.datastructures.Secret",
            "textwrap.dedent",
            "types.MappingProxyType",
        ),
        identity,
    ),
    **dict.fromkeys(("json.dumps", "repr", "format", "base64.b64encode", "len", "sum"), derived),
    **dict.fromkeys(("base64.b64decode", "base64.standard_b64decode"), from_base64),
    **dict.fromkeys(
        ("pydantic.Field", "pydantic.fields.Field", "dataclasses.field", "attrs.field", "attr.ib", "attr.field"),
        _default_of_field,
    ),
    **dict.fromkeys(
        ("typer.Option", "typer.Argument", "fastapi.Query", "fastapi.Body", "fastapi.Form"),
        lambda invocation: invocation.values(0, "default") or None,
    ),
    **dict.fromkeys(
        ("dataclasses.replace", "copy.replace", "attrs.evolve", "attr.evolve", "msgspec.structs.replace"),
        construction.copy_of_first,
    ),
    **moments.PYTHON,
}
_COPIES: dict[str, Method] = {"_replace": construction.copy_of_receiver, "model_copy": construction.updated_copy}
METHODS: dict[type, dict[str, Method]] = {Returned: _COPIES, Given: _COPIES, Mapped: {"_replace": _COPIES["_replace"]}}
