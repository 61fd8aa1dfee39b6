"""LiveKit's development token server in code that is shipped."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext, argument, last_name
from lk_audit.facts import DevTokenSource
from lk_audit.livekit.development import (
    ADDRESS,
    CHOICE,
    DEVELOPMENT_FLAGS,
    DEVELOPMENT_NAMES,
    DEVELOPMENT_VALUES,
    FLAG_READS,
    PRODUCTION_NAMES,
    PRODUCTION_VALUES,
    SOURCES,
)
from lk_audit.patterns import regex
from lk_audit.syntax import (
    Assign,
    Binary,
    Block,
    Call,
    Class,
    Conditional,
    Expr,
    Function,
    If,
    Literal,
    Member,
    Name,
    Node,
    Raise,
    Return,
    Unary,
    children,
    walk,
)
from lk_audit.values.model import Environment, Nothing, Text

_STORY = regex(r"(?:^|/)\.storybook/|(?:^|/)stories/|\.(?:stories|story)\.[cm]?[jt]sx?$")
_DEEPEST_TEST = 6
_DEEPEST_CALLER = 2


def development_sources(context: FileContext) -> Iterator[DevTokenSource]:
    """Uses of the development token server that nothing keeps apart for development."""
    if _STORY.search(context.source.path):
        return
    guards = _Guards(context)
    for call in context.names.calls:
        name = last_name(call.callee) or ""
        if name in SOURCES and not guards.keep_apart(call):
            is_literal = any(isinstance(value, Text) and value.text for value in context.values(argument(call, 0)))
            place = context.place(call.callee)
            yield DevTokenSource(place=place, role=context.role, how=f"{name}()", certain=is_literal)
    for literal in context.names.nodes(Literal):
        is_address = isinstance(literal.value, str) and ADDRESS.fullmatch(literal.value) is not None
        if is_address and not _is_of_source(context, literal) and not guards.keep_apart(literal):
            yield DevTokenSource(
                place=context.place(literal), role=context.role, how="LiveKit's development token server"
            )


def _is_of_source(context: FileContext, node: Node) -> bool:
    """Whether `node` is in the class of such a source itself: those are found that make one of it."""
    return any(isinstance(outer, Class) and outer.name in SOURCES for outer in context.names.ancestors(node))


def is_for_development(context: FileContext, node: Node) -> bool:
    """Whether a condition in its own function lets `node` count in development only."""
    return _Guards(context, has_server=False).is_behind_condition(node)


def _without_substitutes(block: Block) -> Iterator[Node]:
    """The nodes of a block but for what stands in for a missing value: `key = System.get_env("KEY") || raise("...")`.

    That asks for a setting of its own, and says nothing of what comes after the block.
    """
    stack: list[Node] = [block]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, Binary) and node.operator in {"or", "??"}:
            stack.append(node.left)
        else:
            stack.extend(children(node))


class _Guards:
    """Tells what keeps code for development, or for those who ask for the development server, apart.

    `has_server` tells that it is about that server, so that asking for it is such a condition.
    """

    def __init__(self, context: FileContext, *, has_server: bool = True) -> None:
        self._context = context
        self._names = context.names
        self._has_server = has_server

    def keep_apart(self, node: Node, depth: int = _DEEPEST_CALLER) -> bool:
        """Whether `node` is behind such a condition itself, or whatever uses it is."""
        if self.is_behind_condition(node):
            return True
        uses = self._uses(node)
        if uses:
            return all(self.is_behind_condition(use) for use in uses)
        function = self._names.enclosing_function(node)
        return function is not None and self._is_kept_function(function, depth)

    def _is_kept_function(self, function: Function, depth: int) -> bool:
        """A function all of whose callers are kept apart; one that nobody calls here says what it is by its name."""
        context = self._context
        elsewhere = context.project.usage.callers(context.code, function)
        calls = [(context, call) for call in self._names.callers(function)]
        calls += [(context.workspace.context(use.module), use.call) for use in elsewhere]
        if not calls:
            return CHOICE.search(self._names.name_of(function)) is not None
        return depth > 0 and all(_Guards(home).keep_apart(call, depth - 1) for home, call in calls)

    def _uses(self, node: Node) -> list[Name]:
        """The uses of the variable that `node` is the value of."""
        assign = self._names.parent(node)
        if not isinstance(assign, Assign) or assign.value is not node or not isinstance(assign.target, Name):
            return []
        scope = self._names.binding_scope(assign.target)
        found = self._names.uses(scope, assign.target.id) if scope is not None else ()
        return [use for use in found if use is not assign.target]

    def is_behind_condition(self, node: Node) -> bool:
        """Whether a condition around `node`, or one that left before it, keeps it apart."""
        child: Node = node
        for parent in self._names.ancestors(node):
            match parent:
                case If(test=test, then=then) | Conditional(test=test, then=then) if child is not test:
                    if self._chooses(test, is_then=child is then):
                        return True
                case Binary(operator="and" | "or" as operator, left=left, right=right) if child is right:
                    if self._chooses(left, is_then=operator == "and"):
                        return True
                case Block() if self._was_left_before(parent, child):
                    return True
                case _:
                    pass
            child = parent
        return False

    def _chooses(self, test: Expr, *, is_then: bool) -> bool:
        """Whether a branch is taken for development only, or when the development server is asked for."""
        means = self._means_development(test, _DEEPEST_TEST)
        return means is is_then if means is not None else self._asks_for_server(test)

    def _was_left_before(self, block: Block, child: Node) -> bool:
        """`if (production) throw ...`, `if (!sandboxId) return TokenSource.endpoint(...)`."""
        for statement in block.statements:
            if statement.start >= child.start:
                return False
            if isinstance(statement, If) and self._is_left_by(statement):
                return True
        return False

    def _is_left_by(self, branch: If) -> bool:
        ends = [item for item in _without_substitutes(branch.then) if isinstance(item, Return | Raise)]
        if not ends:
            return False
        if self._means_development(branch.test, _DEEPEST_TEST) is False:
            return True
        # Where nothing else is given, the development server is the only way.
        return self._asks_for_server(branch.test) and any(self._gives_something(item) for item in ends)

    def _gives_something(self, end: Return | Raise) -> bool:
        if isinstance(end, Raise) or end.value is None:
            return False
        return not all(isinstance(value, Nothing) for value in self._context.values(end.value))

    def _means_development(self, test: Expr, depth: int) -> bool | None:
        """Whether `test` holds in development (True) or in production (False); None when it is about neither."""
        if depth == 0:
            return None
        match test:
            case Unary(operator="not", operand=operand):
                inner = self._means_development(operand, depth - 1)
                return None if inner is None else not inner
            case Binary(operator="==" | "!=" as operator, left=left, right=right):
                return self._compared(left, right, is_equal=operator == "==")
            case Binary(operator="and" | "or", left=left, right=right):
                inner = self._means_development(left, depth - 1)
                return inner if inner is not None else self._means_development(right, depth - 1)
            case Name() | Member() | Call():
                return self._named(test, depth)
            case _:
                return None

    def _compared(self, left: Expr, right: Expr, *, is_equal: bool) -> bool | None:
        for side in (left, right):
            text = _text(side)
            if text in DEVELOPMENT_VALUES:
                return is_equal
            if text in PRODUCTION_VALUES:
                return not is_equal
        return None

    def _named(self, expr: Name | Member | Call, depth: int) -> bool | None:
        if isinstance(expr, Call) and last_name(expr.callee) in FLAG_READS:
            return True if _text(argument(expr, 0)) in DEVELOPMENT_FLAGS else None
        names = {last_name(expr)}
        names |= {value.name for value in self._context.values(expr) if isinstance(value, Environment)}
        if names & DEVELOPMENT_NAMES:
            return True
        if names & PRODUCTION_NAMES:
            return False
        definitions = self._names.definitions(expr) if isinstance(expr, Name) else ()
        meanings = (self._means_development(item.value, depth - 1) for item in definitions if item.value is not None)
        return next((meaning for meaning in meanings if meaning is not None), None)

    def _asks_for_server(self, test: Expr) -> bool:
        """Whether a condition is about a sandbox id, or the id of a token server; not about what the SDK offers."""
        for node in walk(test) if self._has_server else ():
            if isinstance(node, Name | Member):
                names = [last_name(node) or ""]
                names += [value.name for value in self._context.values(node) if isinstance(value, Environment)]
                if any(CHOICE.search(name) and name not in SOURCES for name in names):
                    return True
        return False


def _text(expr: Expr | None) -> object:
    return expr.value if isinstance(expr, Literal) else None
