"""What the frontends of Java and Kotlin share: blocks with a value, collections, annotations, fields of some type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from lk_audit.syntax import (
    Argument,
    Assign,
    Binary,
    Block,
    Call,
    Conditional,
    Define,
    Each,
    Entry,
    Evaluate,
    Expr,
    Function,
    If,
    Literal,
    Member,
    Name,
    Opaque,
    Parameter,
    Raise,
    Record,
    Return,
    Spread,
    Statement,
    Try,
)
from lk_audit.syntax import Sequence as Items

_DEEPEST_BRANCH = 60
_INERT = frozenset(
    {"Override", "Deprecated", "SuppressWarnings", "SafeVarargs", "FunctionalInterface", "Nullable", "NonNull"}
    | {"NotNull", "Nonnull", "Suppress", "JvmStatic", "JvmField", "JvmOverloads", "Throws", "OptIn", "Serializable"}
    | {"Synchronized", "Volatile", "Transient", "VisibleForTesting", "Slf4j", "Internal"}
)
"""Annotations that change nothing about who calls a function, or with what."""
_GIVING = frozenset({"Value", "ConfigProperty", "Property"})
"""Annotations that give a field or parameter its value: Spring's, MicroProfile's, Micronaut's."""
_PLAIN = frozenset(
    {"String", "CharSequence", "Boolean", "Int", "Integer", "Long", "Short", "Byte", "Double", "Float", "Char", "Any"}
    | {"Object", "Character", "Unit", "Void", "Number", "List", "Map", "Set", "Date", "var", "val"}
)


def telling(found: Iterable[Call]) -> tuple[Call, ...]:
    """Those annotations that may say something."""
    return tuple(item for item in found if _last(item.callee) not in _INERT)


def given_by(found: Iterable[Call]) -> Call | None:
    """The annotation that a field or parameter has its value from."""
    given = next((item for item in found if _last(item.callee) in _GIVING and item.arguments), None)
    return _with_default(given) if given is not None else None


def _with_default(given: Call) -> Call:
    """`@Value("${name:default}")` with the default as an argument of its own, where it stands."""
    match given.arguments:
        case (Argument(name=None | "value", value=Literal(value=str(text)) as literal) as only,) if text.endswith("}"):
            name, colon, default = text[:-1].partition(":")
            if not colon or not name.startswith(("${", "#{")):
                return given
            end = literal.end - len('"') - len("}")
            inner = Literal(end - len(default.encode()), end, default)
            first = Argument(only.start, inner.start, None, Literal(literal.start, inner.start, f"{name}}}"))
            rest = Argument(inner.start, inner.end, "defaultValue", inner)
            return Call(given.start, given.end, given.callee, (first, rest))
        case _:
            return given


def _last(callee: Expr) -> str:
    return callee.name if isinstance(callee, Member) else callee.id if isinstance(callee, Name) else ""


def some(kind: Expr | None, at: int) -> Expr:
    """Some value of a type, of which nothing more is known.

    An instance of a class is a construction without a width: it is not written, and nobody is to find it as one.
    """
    name = _last(kind) if kind is not None else ""
    if kind is None or name in _PLAIN or not name[:1].isupper():
        return Opaque(at, at, ())
    rest = Argument(at, at, None, Opaque(at, at, ()), spread=True)
    return Call(at, at, _moved(kind, at), (rest,), is_new=True)


def _moved(kind: Expr, at: int) -> Expr:
    match kind:
        case Member(object=inner, name=name):
            return Member(at, at, _moved(inner, at), name)
        case Name(id=name):
            return Name(at, at, name)
        case _:
            return Opaque(at, at, ())


def called_at_once(body: Block) -> Call:
    """A block where a value is due: a function that is called where it stands."""
    function = Function(body.start, body.end, "", (), body)
    return Call(body.start, body.end, function, ())


def value_of(body: Block) -> Expr:
    """What a block amounts to: the value of its last statement."""
    match body.statements:
        case (Evaluate(value=value),):
            return value
        case (Return() | Raise() as leaving,):
            return Opaque(body.start, body.end, (leaving,))
        case _:
            return called_at_once(Block(body.start, body.end, returning(body.statements)))


def chosen(choice: If) -> Expr:
    """What an `if` amounts to where its value is used."""
    if choice.otherwise is None:
        return Opaque(choice.start, choice.end, (choice,))
    return Conditional(choice.start, choice.end, choice.test, value_of(choice.then), value_of(choice.otherwise))


def returning(statements: Sequence[Statement], depth: int = 0) -> tuple[Statement, ...]:
    """The statements of a function that returns what the last of them amounts to."""
    if not statements or depth > _DEEPEST_BRANCH:
        return tuple(statements)
    *before, last = statements
    return (*before, _returned(last, depth))


def _returned(last: Statement, depth: int) -> Statement:
    match last:
        case Evaluate(start=start, end=end, value=value) if not isinstance(value, Assign):
            return Return(start, end, value)
        case If(start=start, end=end, test=test, then=then, otherwise=otherwise) if otherwise is not None:
            return If(start, end, test, _block(then, depth), _block(otherwise, depth))
        case Try(start=start, end=end, body=body, handlers=handlers, final=final):
            return Try(start, end, _block(body, depth), tuple(_block(item, depth) for item in handlers), final)
        case Block():
            return _block(last, depth)
        case _:
            return last


def _block(body: Block, depth: int) -> Block:
    return Block(body.start, body.end, returning(body.statements, depth + 1))


def leaves(statements: Sequence[Statement]) -> bool:
    """Whether control goes no further after these."""
    return bool(statements) and isinstance(statements[-1], Return | Raise)


def is_null(value: Expr, then: Block) -> If:
    """`if (value == null) {...}`."""
    nothing = Literal(value.end, value.end, None)
    return If(value.start, then.end, Binary(value.start, value.end, "==", value, nothing), then, None)


# --- collections ------------------------------------------------------------------------------------------------------


def record_of_pairs(start: int, end: int, values: Sequence[Expr]) -> Record:
    """`Map.of(key, value, key, value)`."""
    pairs = zip(values[::2], values[1::2], strict=False)
    return Record(start, end, tuple(Entry(key.start, value.end, key, value) for key, value in pairs))


def sequence_of(start: int, end: int, arguments: Iterable[Argument]) -> Items:
    """`List.of(a, b)`."""
    found = (Spread(item.start, item.end, item.value) if item.spread else item.value for item in arguments)
    return Items(start, end, tuple(found))


def put_entries(statements: Iterable[Statement]) -> Iterator[Entry]:
    """The entries that `put(key, value)` statements make: of a double-brace initialiser, of `buildJsonObject {}`."""
    for item in statements:
        match item:
            case (
                Evaluate(value=Call(callee=Name(id="put" | "set"), arguments=(key, value)))
                | Return(value=Call(callee=Name(id="put" | "set"), arguments=(key, value)))
            ):
                yield Entry(key.start, value.end, key.value, value.value)
            case Block(statements=inner):
                yield from put_entries(inner)
            case _:
                yield Entry(item.start, item.end, None, Opaque(item.start, item.end, (item,)))


# --- constructors -----------------------------------------------------------------------------------------------------


def constructor(start: int, end: int, parameters: tuple[Parameter, ...], rest: Iterable[Statement]) -> Define:
    """The constructor of a class whose parameters are its fields, as in Java's records and Kotlin's classes."""
    kept = tuple(
        Assign(
            item.start,
            item.end,
            Member(item.start, item.start, Name(item.start, item.start, "this"), item.name),
            Name(item.start, item.end, item.name),
        )
        for item in parameters
    )
    body = Block(start, end, (*kept, *rest))
    return Define(start, end, Function(start, end, "constructor", parameters, body))


def field_of(parameter: Parameter) -> Assign:
    """The field that such a parameter makes."""
    start, end = parameter.start, parameter.end
    value = Opaque(end, end, ())
    return Assign(start, end, Name(start, start, parameter.name), value, declares=True)


def each(start: int, end: int, target: Expr, iterable: Expr) -> Assign:
    """The variable of a loop over something."""
    return Assign(start, end, target, Each(start, end, iterable), declares=True)


def counted(start: int, end: int, target: Expr, operator: str) -> Assign:
    """`n++` is `n += 1`."""
    return Assign(start, end, target, Literal(end, end, 1), operator)
