"""Parts of values: what `value.key` and `value["key"]` are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from lk_audit.patterns import regex
from lk_audit.syntax import Class, Expr
from lk_audit.values import dialects, environment
from lk_audit.values.model import (
    Defined,
    Duration,
    Environment,
    Flag,
    Given,
    Listed,
    Mapped,
    Moment,
    Nothing,
    Number,
    Possible,
    Reference,
    Returned,
    Text,
    Unknown,
    Value,
)
from lk_audit.values.moments import DURATION_MEMBERS, MOMENT_MEMBERS
from lk_audit.values.possible import unknown
from lk_audit.values.records import member_of

if TYPE_CHECKING:
    from lk_audit.values.evaluator import Evaluator

_INDEX = regex(r"-?[0-9]{1,9}")
_COMMAND_LINE = "argparse.ArgumentParser.parse_args"
"""What a command line of Python is read by; the options are attributes of what it returns."""


class Parts:
    """Looks parts of values up for one evaluator."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def of(self, value: Value, key: str, origin: Expr) -> Possible:  # noqa: PLR0911 - one per kind of value
        """What `value.key` or `value["key"]` can be."""
        found = self._known(value, key, origin)
        if found is not None:
            return found
        match value:
            case Mapped():
                return self._of_record(value, key, origin)
            case Listed():
                return _item(value, key, origin)
            case Reference(name=name):
                return self._evaluator.references.named(self._evaluator.names.join(name, key), origin, value.trace)
            case Given():
                method = self._evaluator.structs.methods(value, key) if self._evaluator.names.traits.has_structs else ()
                if not method:
                    method = self._evaluator.declared.part(value, key)
                return method or (replace(value, members=(*value.members, key)),)
            case Returned():
                inner = self._evaluator.attributes.of_instance(value, key)
                return inner if inner is not None else (replace(value, members=(*value.members, key)),)
            case Defined(definition=Class() as owner):
                inner = self._evaluator.attributes.of_class(owner, key)
                return inner if inner is not None else (unknown(origin),)
            case _:
                return self._of_constant(value, key, origin)

    def _of_record(self, value: Mapped, key: str, origin: Expr) -> Possible:
        structs = self._evaluator.structs
        method = structs.methods(value, key) if structs.are_built and key not in value.members else ()
        if method:
            return method
        known = member_of(value, key, origin, self.of)
        return structs.filled(value, key, known) if self._evaluator.names.is_go else known

    def _known(self, value: Value, key: str, origin: Expr) -> Possible | None:
        """What a part of a symbolic value is that a library or a language tells; None for anything else."""
        if isinstance(value, Returned | Given) and self._evaluator.names.is_javascript:
            declared = self._declared_setting(value, key, origin)
            if declared is not None:
                return declared
        if isinstance(value, Returned) and value.callee == _COMMAND_LINE and not value.members:
            from lk_audit.values import options  # noqa: PLC0415 - few files read a command line

            return options.of_parser(self._evaluator, value, key)
        if isinstance(value, Given) and self._evaluator.python:
            setting = self._evaluator.declared.setting(value, key)
            if setting is not None:
                return setting
        found: Value | None = environment.member(value, key, origin)
        if found is None and isinstance(value, Given | Returned | Reference | Unknown | Environment):
            found = dialects.part(value, key, origin, self._evaluator.names.module.language)
        if found is None:
            return None
        return self._evaluator.calls.as_set((found,)) if self._evaluator.python else (found,)

    def _declared_setting(self, value: Returned | Given, key: str, origin: Expr) -> Possible | None:
        """What a part of settings is that code of JavaScript declares, and somebody else reads."""
        if isinstance(value, Given) and (value.function.name != "constructor" or value.members):
            return None
        from lk_audit.values import schemas  # noqa: PLC0415 - most scans meet other languages

        found = schemas.setting(self._evaluator, value, key, origin) if isinstance(value, Returned) else None
        return schemas.injected(self._evaluator, value, key) if isinstance(value, Given) else found

    def _of_constant(self, value: Value, key: str, origin: Expr) -> Possible:
        if (found := dialects.part(value, key, origin, self._evaluator.names.module.language)) is not None:
            return (found,)
        match value, key:
            case Text() | Number() | Flag() | Duration(), "value":
                return (value,)
            case Moment(), _ if key in MOMENT_MEMBERS:
                return (replace(value, clock=MOMENT_MEMBERS[key]),)
            case Duration(seconds=seconds), _ if key in DURATION_MEMBERS:
                return (Number(origin=origin, number=DURATION_MEMBERS[key](seconds), trace=value.trace),)
            case Nothing(), _:
                return () if self._evaluator.python else (value,)
            case _:
                return (unknown(origin, (value,)),)


def _item(value: Listed, key: str, origin: Expr) -> Possible:
    if key == "length" and not value.open:
        return (Number(origin=origin, number=float(len(value.items))),)
    index = int(key) if _INDEX.fullmatch(key) else None
    if index is not None and -len(value.items) <= index < len(value.items) and not (value.open and index < 0):
        return value.items[index]
    return (unknown(origin, tuple(item for items in value.items for item in items)),)
