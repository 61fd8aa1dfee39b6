"""Numbers of a request that code lets through only up to a limit: compared before they are used, or by their class.

Sources: Pydantic's documentation (`Field(le=...)`, `conint(le=...)`, `@field_validator`, in version 1 `@validator`),
that of class-validator (`@Max`, `@IsIn`), Jakarta Validation (`@Max`) and .NET's data annotations (`[Range]`), Kotlin's
(`require`, `coerceAtMost`), Rust's (`Option::map`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.requests.validation_rules import is_ruled
from lk_audit.syntax import (
    Assign,
    Binary,
    Block,
    Call,
    Class,
    Conditional,
    Declare,
    Define,
    Evaluate,
    Expr,
    Function,
    If,
    Literal,
    Member,
    Name,
    Node,
    Opaque,
    Raise,
    Return,
    Unary,
    walk,
)
from lk_audit.values.model import Given, Returned, Value, symbolic_sources

_MORE, _LESS = frozenset({">", ">="}), frozenset({"<", "<="})
_LIMITS = frozenset({"le", "lt"})
_LIMITED = frozenset({"Field", "conint", "confloat", "condecimal", "Query", "Body", "Form", "Path"})
_LIMITING_MARKS = frozenset({"Max", "DecimalMax", "Range", "IsIn", "AllowedValues"})
_VALIDATORS = frozenset({"validator", "field_validator"})
_REQUIRING = frozenset({"require", "check", "checkArgument", "isTrue", "precondition", "assert"})
"""Calls that raise unless their first argument holds: Kotlin, Guava, Spring, Swift, Node, Dart."""
_CUTTING = frozenset({"min", "minOf", "clamp", "coerceAtMost", "coerceIn"})
"""What keeps a number below a limit in a function that is given it: `ttl.map(|t| t.min(3600))`."""


def is_bounded(context: FileContext, source: Value) -> bool:
    """Whether what a request says is refused, or cut, where it is too much."""
    if isinstance(source, Given):
        home = context.home(source.function)
        return _is_compared(home, source.function, _evaluates_to(home, source)) or _is_limited(home, source)
    if isinstance(source, Returned):
        home = context.home(source.call)
        function = home.names.enclosing_function(source.call)
        is_compared = function is not None and _is_compared(home, function, _evaluates_to(home, source))
        return is_compared or _is_cut(source.call) or is_ruled(home, source) or _is_limited_field(home, source)
    return False


def _is_cut(call: Call) -> bool:
    """Whether a function that a call is given cuts what it gets: Rust's `map`, Kotlin's `let`."""
    functions = (item.value for item in call.arguments if isinstance(item.value, Function))
    return any(
        isinstance(node, Call) and last_name(node.callee) in _CUTTING for item in functions for node in walk(item.body)
    )


def _evaluates_to(home: FileContext, source: Value) -> Callable[[Expr], bool]:
    """What tells the expressions that hold just what a request says there, whatever they are called."""
    key = _key(source)

    def is_it(expr: Expr) -> bool:
        return not isinstance(expr, Literal) and key in map(_key, symbolic_sources(home.values(expr)))

    return is_it


def _key(source: Value) -> tuple[object, ...]:
    match source:
        case Given(function=function, parameter=parameter, members=members):
            return (id(function), parameter, members)
        case Returned(call=call, members=members):
            return (id(call), "", members)
        case _:
            return (id(source),)


def _is_compared(home: FileContext, function: Function, is_it: Callable[[Expr], bool]) -> bool:
    """Whether a function leaves, or takes another value, where a value is too large."""
    branches = (item for item in home.names.nodes(If) if home.names.enclosing_function(item) is function)
    choices = (item for item in home.names.nodes(Conditional) if home.names.enclosing_function(item) is function)
    required = (item for item in home.names.calls if last_name(item.callee) in _REQUIRING and item.arguments)
    return (
        any(_bounds(branch, is_it) for branch in branches)
        or any(
            (_finds_too_much(choice.test, is_it) and not is_it(choice.then))
            or (_finds_too_much(choice.test, is_it, negated=True) and not is_it(choice.otherwise))
            for choice in choices
        )
        or any(
            _finds_too_much(item.arguments[0].value, is_it, negated=True)
            for item in required
            if home.names.enclosing_function(item) is function
        )
    )


def _bounds(branch: If, is_it: Callable[[Expr], bool]) -> bool:
    """Whether a branch for what is too much leaves, or another value is taken there."""
    if _finds_too_much(branch.test, is_it):
        return _refuses(branch) or _takes_another(branch.then, branch.otherwise, is_it)
    is_other = branch.otherwise is not None and _finds_too_much(branch.test, is_it, negated=True)
    return is_other and _takes_another(branch.otherwise, branch.then, is_it)


def _takes_another(too_much: Block | None, fine: Block | None, is_it: Callable[[Expr], bool]) -> bool:
    """Whether both branches give the same variable a value: `let ttl = if asked > most { most } else { asked };`."""
    cut = {_spelling(item.target) for item in _given(too_much) if not is_it(item.value)}
    return any(_spelling(item.target) in cut and is_it(item.value) for item in _given(fine))


def _given(block: Block | None) -> Iterator[Assign]:
    return (item for item in walk(block) if isinstance(item, Assign)) if block is not None else iter(())


def _refuses(branch: If) -> bool:
    """Whether a branch leaves, or puts something else in the place of what was tested."""
    tested = {_spelling(item) for item in walk(branch.test) if isinstance(item, Name | Member)}
    return any(
        isinstance(item, Raise | Return)
        or (isinstance(item, Assign) and isinstance(item.target, Name | Member) and _spelling(item.target) in tested)
        for item in walk(branch.then)
    )


def _spelling(expr: Expr) -> tuple[str, ...]:
    match expr:
        case Name(id=name):
            return (name,)
        case Member(object=holder, name=name):
            return (*_spelling(holder), name)
        case _:
            return ("",)


def _finds_too_much(test: Expr, is_it: Callable[[Expr], bool], *, negated: bool = False) -> bool:
    """Whether a test holds for values above a limit; `negated` where it is denied as a whole."""
    match test:
        case Unary(operator="not" | "!", operand=operand):
            return _finds_too_much(operand, is_it, negated=not negated)
        case Binary(operator="and" | "or", left=left, right=right):
            return any(_finds_too_much(side, is_it, negated=negated) for side in (left, right))
        case Binary(operator=operator, left=left, right=right) if operator in _MORE | _LESS:
            larger = left if (operator in _MORE) is not negated else right
            return is_it(larger)
        case Opaque(children=(_, middle, _)):
            # `low <= value <= high`
            return negated and isinstance(middle, Expr) and is_it(middle)
        case _:
            return False


def _is_limited(home: FileContext, source: Given) -> bool:
    """Whether the class of a parameter limits the field that a value comes from, or the parameter itself does."""
    parameter = next((item for item in source.function.parameters if item.name == source.parameter), None)
    if parameter is None:
        return False
    if not source.members:
        return any(_has_limit(item) for item in (parameter.default, parameter.annotation) if item is not None)
    return any(_limits(home, owner, source.members[0]) for owner in _classes_named(home, parameter.annotation))


def _is_limited_field(home: FileContext, source: Returned) -> bool:
    """Whether what a getter of a parameter gives is limited where its class declares it: `request.getTtl()`."""
    callee = source.call.callee
    if not home.is_jvm or not isinstance(callee, Member) or source.call.arguments:
        return False
    got = callee.name.removeprefix("get")
    field = got[:1].lower() + got[1:]
    holders = (value for value in home.values(callee.object) if isinstance(value, Given) and not value.members)
    return any(
        _limits(home, owner, field)
        for holder in holders
        for parameter in holder.function.parameters
        if parameter.name == holder.parameter
        for owner in _classes_named(home, parameter.annotation)
    )


def _classes_named(home: FileContext, annotation: Expr | None) -> Iterator[Class]:
    """The classes of the project in an annotation: `@Body() dto: TokenDto` comes with its decorators."""
    for node in walk(annotation) if annotation is not None else ():
        if isinstance(node, Name | Member):
            yield from home.classes_meant(node)


def _limits(context: FileContext, owner: Class, field: str) -> bool:
    if any(last_name(mark) in _LIMITING_MARKS for mark in _marks(owner, field)):
        return True
    for statement in owner.body.statements:
        match statement:
            case Assign(target=Name(id=name), value=value, annotation=annotation) if name == field:
                if any(_has_limit(item) for item in (value, annotation) if item is not None):
                    return True
            case Declare(name=name, annotation=annotation) if name == field and _has_limit(annotation):
                return True
            case Define(function=function) if _validates(function, field):
                home = context.home(function)
                if _is_compared(home, function, _is_parameter(function)):
                    return True
            case _:
                continue
    return False


def _marks(owner: Class, field: str) -> Iterator[Call]:
    """What is written in front of a field, or of a parameter of that name: decorators, annotations, attributes."""
    fields = {item.target.start: item.target for item in owner.body.statements if isinstance(item, Assign)}
    for statement in owner.body.statements:
        if isinstance(statement, Evaluate) and isinstance(statement.value, Call):
            following = min((start for start in fields if start >= statement.end), default=None)
            if following is not None and last_name(fields[following]) == field:
                yield statement.value
        elif isinstance(statement, Define) and statement.function.name == "constructor":
            written = (item.annotation for item in statement.function.parameters if item.name == field)
            yield from (node for item in written if item is not None for node in walk(item) if isinstance(node, Call))


def _is_parameter(validator: Function) -> Callable[[Expr], bool]:
    """What tells the value that a validator gets, after the class."""
    names = {item.name for item in validator.parameters[1:2]}
    return lambda expr: isinstance(expr, Name) and expr.id in names


def _has_limit(expr: Node) -> bool:
    calls = (node for node in walk(expr) if isinstance(node, Call) and last_name(node.callee) in _LIMITED)
    return any(item.name in _LIMITS for call in calls for item in call.arguments)


def _validates(function: Function, field: str) -> bool:
    marks = (mark for mark in function.decorators if isinstance(mark, Call) and last_name(mark.callee) in _VALIDATORS)
    told = (item.value for mark in marks for item in mark.arguments)
    return any(isinstance(item, Literal) and item.value == field for item in told)
