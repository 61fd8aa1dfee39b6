"""Whether a guard authenticates the caller: by what its definition does, else by its name.

A guard is anything that runs before a handler or at its beginning: a dependency, a decorator, middleware, a helper.
Where the project holds its definition, that alone counts: `get_current_user` that only reads a header authenticates
nobody.
"""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.caller_data import has_credential, has_raw, is_credential, is_known_caller, is_raw
from lk_audit.extractors.context import FileContext, Workspace, last_name
from lk_audit.extractors.handlers import is_injected
from lk_audit.extractors.identities import (
    dereferences_identity,
    is_identity,
    is_request_in_go,
    takes_identity_apart,
    takes_identity_in_go,
)
from lk_audit.extractors.lax_checks import is_optional, is_switched_off
from lk_audit.extractors.refusals import gives_nothing, leaves, parts_of_test, says_refusal
from lk_audit.livekit.requests import (
    AUTHENTICATING_CALLS,
    AUTHENTICATING_NAME,
    LOOKUP_CALLS,
    PERMISSIVE,
    PRESENCE_SCHEMES,
    SHAPE_TESTS,
    TRUSTED_BASES,
)
from lk_audit.syntax import (
    Assign,
    Await,
    Binary,
    Block,
    Call,
    Class,
    Expr,
    Function,
    If,
    Index,
    Literal,
    Member,
    Name,
    Node,
    Raise,
    Try,
    Unary,
    walk,
)
from lk_audit.values.model import Defined, Environment, Flag, Given, Returned, Value, symbolic_sources

_DEEPEST = 4
_READERS = frozenset({"json", "json.loads", "JSON.parse", "get", "split", "decode_header", "print", "log", "b64decode"})
"""Calls that fail on bad input without telling anything about the caller."""
_MOST_NODES = 4_000


class Guards:
    """Judges guards; one for all files, since one guard serves many handlers."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._functions: dict[Function, bool] = {}
        self._classes: dict[Class, bool] = {}

    # --- guards as they are named in front of handlers ----------------------------------------------------------------

    def authenticating(self, context: FileContext, expr: Expr, depth: int = 0) -> Node | None:
        """The part of a guard expression that authenticates: `Depends(current_user)`, `[requireAuth, upload]`."""
        if depth > _DEEPEST:
            return None
        skipped: set[Node] = set()
        for node in walk(expr):
            if node in skipped:
                continue
            if isinstance(node, Function):
                skipped.update(walk(node))
                if self.function(context, node, depth + 1):
                    return node
            elif isinstance(node, Call) and is_optional(context, node):
                skipped.update(walk(node))
            elif isinstance(node, Name | Member):
                verdict = self._named(context, node, depth)
                if verdict:
                    return node
                if verdict is not None or isinstance(node, Member):
                    skipped.update(walk(node))
        return None

    def _named(self, context: FileContext, expr: Name | Member, depth: int) -> bool | None:
        """Whether a name authenticates; None when neither a definition nor the name itself says so."""
        verdicts = [self._value(context, value, depth) for value in context.values(expr)]
        known = [verdict for verdict in verdicts if verdict is not None]
        if known:
            return any(known)
        alias = self._alias(context, expr)
        if alias is not None:
            return self.authenticating(*alias, depth + 1) is not None
        name = context.name_elsewhere(expr)
        if name in PERMISSIVE:
            return False
        qualified = context.qualified(expr) or ""
        if qualified in AUTHENTICATING_CALLS or _verifies_in_rust(context, qualified):
            return True
        return True if AUTHENTICATING_NAME.match(name) else None

    def _value(self, context: FileContext, value: Value, depth: int) -> bool | None:
        match value:
            case Defined(definition=Function() as function):
                return self.function(context, function, depth + 1)
            case Defined(definition=Class() as owner):
                return self.owner(context, owner, depth + 1)
            case Returned(callee=str(callee)) if callee in PRESENCE_SCHEMES:
                return False
            case Returned(call=call, callee=None, members=()):
                made = [item for item in context.values(call.callee) if isinstance(item, Defined)]
                return any(self._value(context, item, depth) for item in made) if made else None
            case _:
                return None

    def _alias(self, context: FileContext, expr: Name | Member) -> tuple[FileContext, Expr] | None:
        """What a name stands for that is no value: `CurrentUser = Annotated[User, Depends(get_user)]`."""
        if not isinstance(expr, Name):
            return None
        for definition in context.names.definitions(expr):
            if isinstance(definition.node, Assign) and isinstance(definition.value, Index | Call):
                return context, definition.value
            if definition.statement is not None:
                target = context.code.target(definition.statement.module)
                member = getattr(definition.node, "member", None)
                return self._exported_alias(target, member) if target is not None and member else None
        return None

    def _exported_alias(self, path: str, member: str, depth: int = 0) -> tuple[FileContext, Expr] | None:
        for context in self._workspace.contexts(path):
            for export in context.code.exports.of(member):
                if isinstance(export.value, Name) and depth < _DEEPEST:
                    return self._alias(context, export.value)
        return None

    # --- guards by their definition -----------------------------------------------------------------------------------

    def function(self, context: FileContext, function: Function, depth: int = 0) -> bool:
        """Whether a function refuses callers that it cannot tell who they are."""
        known = self._functions.get(function)
        if known is None:
            if depth > _DEEPEST:
                return False
            self._functions[function] = False
            known = self._functions[function] = self._judge(context.home(function), function, depth)
        return known

    def owner(self, context: FileContext, owner: Class, depth: int = 0) -> bool:
        """Whether a guard, permission or middleware class does, by one of its methods or by its base."""
        known = self._classes.get(owner)
        if known is None:
            self._classes[owner] = False
            home = context.home(owner)
            trusted = any((last_name(base) or "") in TRUSTED_BASES for base in owner.bases)
            methods = [
                item.function
                for item in owner.body.statements
                if isinstance(getattr(item, "function", None), Function) and hasattr(item, "function")
            ]
            known = self._classes[owner] = (
                trusted
                or any(self.authenticating(home, mark, depth + 1) is not None for mark in owner.decorators)
                or any(self._decides(home, item) for item in methods)
                or any(self.function(home, item, depth + 1) for item in methods)
            )
        return known

    def _decides(self, context: FileContext, function: Function) -> bool:
        """`canActivate` and `has_permission` answer yes or no; they guard unless the answer is always yes."""
        if function.name not in {"canActivate", "has_permission", "hasPermission"}:
            return False
        returned = [item.value for item in context.names.returns(function) if item.value is not None]
        return any(not all(isinstance(v, Flag) and v.flag for v in context.values(item)) for item in returned)

    def _judge(self, context: FileContext, function: Function, depth: int) -> bool:
        for parameter in () if context.is_go else function.parameters:
            for expr in (parameter.default, parameter.annotation):
                if expr is not None and self.authenticating(context, expr, depth + 1) is not None:
                    return True
        if any(self.checks(context, node, function, depth) for node in _nodes(function)):
            return True
        return self._ends_in_refusal(context, function, depth)

    def _ends_in_refusal(self, context: FileContext, function: Function, depth: int) -> bool:
        """Whether only those get out of a function of whom a test finds out who they are; the others are refused."""
        last = function.body.statements[-1] if function.body.statements else None
        if not isinstance(last, Raise) or not says_refusal(Block(last.start, last.end, (last,))):
            return False
        tests = (node.test for node in _nodes(function) if isinstance(node, If) and leaves(node.then))
        return any(self._tests_caller(context, test, depth) for test in tests)

    # --- checks inside functions --------------------------------------------------------------------------------------

    def checks(self, context: FileContext, node: Node, function: Function, depth: int = 0) -> bool:
        """Whether a piece of code inside `function` makes sure who the caller is."""
        match node:
            case If():
                return (leaves(node.then) and self._refuses(context, node, depth)) or self._lets_pass(
                    context, node, depth
                )
            case Try():
                refuses = any(leaves(handler) and says_refusal(handler) for handler in node.handlers)
                return refuses and any(self._verifies_something(context, item) for item in walk(node.body))
            case Call() | Member() if dereferences_identity(context, node):
                return True
            case Call():
                return self.verifies(context, node, depth) and not self._is_swallowed(context, node, function)
            case Member() | Index():
                return takes_identity_apart(context, node)
            case _:
                return False

    def _refuses(self, context: FileContext, node: If, depth: int) -> bool:
        """Whether a branch that goes no further is for callers of whom it is not known who they are."""
        if says_refusal(node.then) and self._tests_caller(context, node.test, depth):
            return True
        parts = list(parts_of_test(node.test))
        return any(self._tells_of(context, part, depth) or is_identity(context, part) for part in parts)

    def admits(self, context: FileContext, branch: If) -> bool:
        """Whether a branch is taken for known callers only: `if (isset($_SESSION['user'])) { ... }`."""
        test = branch.test
        while isinstance(test, Unary) and test.operator == "not":
            inner = test.operand
            if not (isinstance(inner, Unary) and inner.operator == "not"):
                return False
            test = inner.operand
        return any(is_identity(context, leaf) for leaf in parts_of_test(test))

    def _lets_pass(self, context: FileContext, node: If, depth: int) -> bool:
        """`if token.Valid { next.ServeHTTP(w, r) } else { ... 401 }`."""
        if not context.is_go or node.otherwise is None or not says_refusal(node.otherwise):
            return False
        return not says_refusal(node.then) and self._tests_caller(context, node.test, depth)

    def _tells_of(self, context: FileContext, leaf: Expr, depth: int) -> bool:
        """Whether a test asks what a function found out about the caller: `if user_of(cookie) is None`."""
        calls = list(_assigned_calls(context, leaf))
        if context.is_go:
            from lk_audit.extractors.go_guards import given_with  # noqa: PLC0415 - most scans meet other languages

            calls += [item for item in given_with(context, leaf) if isinstance(item, Call)]
            if any(self._is_foreign_check(context, call) for call in calls):
                return True
        return any(
            isinstance(value, Defined)
            and isinstance(value.definition, Function)
            and self.tells(context.home(value.definition), value.definition, depth + 1)
            for call in calls
            for value in context.values(call.callee)
        )

    def _is_foreign_check(self, context: FileContext, call: Call) -> bool:
        """`account, err := client.VerifyIDToken(ctx, token)`, of a library."""
        if (context.qualified(call.callee) or "") in AUTHENTICATING_CALLS:
            return True
        from lk_audit.extractors.go_guards import is_called_check  # noqa: PLC0415 - most scans meet other languages

        is_known = any(isinstance(value, Defined) for value in context.values(call.callee))
        return not is_known and is_called_check(last_name(call.callee) or "") and not is_raw(context, call)

    def tells(self, context: FileContext, function: Function, depth: int = 0) -> bool:
        """Whether a function finds out who the caller is, and leaves it to others to refuse strangers."""
        if depth > _DEEPEST:
            return False
        for node in _nodes(function):
            if isinstance(node, Try) and any(self._verifies_something(context, item) for item in walk(node.body)):
                return True
            if isinstance(node, Call) and (context.qualified(node.callee) or "") in AUTHENTICATING_CALLS:
                return not is_switched_off(context, node)
        if context.is_go and self._is_check_in_go(context, function, depth):
            return True
        return self.function(context, function, depth)

    def _is_check_in_go(self, context: FileContext, function: Function, depth: int) -> bool:
        from lk_audit.extractors.go_guards import is_called_check  # noqa: PLC0415 - most scans meet other languages

        return is_called_check(function.name) and self._may_fail(context, function, depth)

    def verifies(self, context: FileContext, call: Call, depth: int = 0) -> bool:
        """Whether a call tells who the caller is, so that strangers get no further."""
        if context.is_go:
            return self._stops_strangers(context, call, depth)
        name = context.qualified(call.callee) or ""
        if name in AUTHENTICATING_CALLS or _verifies_in_rust(context, name):
            return not is_switched_off(context, call)
        if is_optional(context, call):
            return False
        defined = [
            value.definition
            for value in context.values(call.callee)
            if isinstance(value, Defined) and isinstance(value.definition, Function)
        ]
        if defined:
            return any(self.function(context, item, depth + 1) for item in defined)
        if not AUTHENTICATING_NAME.match(last_name(call.callee) or "") or self._is_lookup(context, call):
            return False
        return self._result_matters(context, call)

    def _stops_strangers(self, context: FileContext, call: Call, depth: int) -> bool:
        """The same in Go, where a call says by its results what it found: they must be asked, see `_refuses`."""
        from lk_audit.extractors.go_guards import calls_parameter  # noqa: PLC0415 - most scans meet other languages

        if calls_parameter(context, call):
            return False
        defined = (value.definition for value in context.values(call.callee) if isinstance(value, Defined))
        return any(isinstance(item, Function) and self._answers(context, item, depth + 1) for item in defined)

    def _answers(self, context: FileContext, function: Function, depth: int) -> bool:
        """Whether a Go function refuses strangers itself, so that nothing is left to ask."""
        if depth > _DEEPEST:
            return False
        home = context.home(function)
        return any(
            isinstance(node, If)
            and (leaves(node.then) or node.otherwise is not None)
            and (says_refusal(node.then) or (node.otherwise is not None and says_refusal(node.otherwise)))
            and self._tests_caller(home, node.test, depth)
            for node in _nodes(function)
        )

    def _may_fail(self, context: FileContext, function: Function, depth: int) -> bool:
        """Whether a Go function that is called a check returns an error that something outside has decided."""
        if depth > _DEEPEST:
            return False
        home = context.home(function)
        return any(
            isinstance(node, If)
            and any(isinstance(item, Raise) for item in node.then.statements)
            and self._tests_caller(home, node.test, depth)
            for node in _nodes(function)
        )

    def _result_matters(self, context: FileContext, call: Call) -> bool:
        """A call that only looks up who is there says nothing when nobody looks at the result."""
        name = (last_name(call.callee) or "").lower()
        if not name.startswith(("get", "auth", "session", "current", "is", "has", "use", "clerk")) or name.startswith(
            ("authenticate", "authorize", "authorise")
        ):
            return True
        holder = context.names.parent(call)
        while isinstance(holder, Await):
            holder = context.names.parent(holder)
        if not isinstance(holder, Assign):
            return type(holder).__name__ != "Evaluate"
        targets = [node for node in walk(holder.target) if isinstance(node, Name)]
        return any(
            use.start > holder.end
            for target in targets
            for use in context.names.uses(context.names.binding_scope(target) or context.module, target.id)
        )

    def _verifies_something(self, context: FileContext, node: Node) -> bool:
        """A call whose failure means that the caller is not who he says: anything but reading the request."""
        if not isinstance(node, Call) or not node.arguments:
            return False
        name = context.qualified(node.callee) or ""
        if name in _READERS or (last_name(node.callee) or "") in _READERS:
            return False
        return any(is_credential(item.value) for item in node.arguments) or self.verifies(context, node)

    def _is_swallowed(self, context: FileContext, call: Call, function: Function) -> bool:
        """Whether what the call raises is caught inside the function, and the caller let through."""
        child: Node = call
        for parent in context.names.ancestors(call):
            if parent is function:
                return False
            if isinstance(parent, Try) and child is parent.body and parent.handlers:
                return not any(leaves(handler) and not gives_nothing(handler) for handler in parent.handlers)
            child = parent
        return False

    def _tests_caller(self, context: FileContext, test: Expr, depth: int) -> bool:
        """Whether a test that leads to a refusal looks at who the caller is, not just at what he sends."""
        if any(isinstance(node, Unary) and node.operator == "typeof" for node in walk(test)):
            return False
        compared = [node for node in walk(test) if isinstance(node, Binary) and node.operator in {"==", "!="}]
        if any(self._compares(context, node) for node in compared):
            return True
        return any(self._tells_caller(context, leaf, depth) for leaf in parts_of_test(test))

    def _compares(self, context: FileContext, node: Binary) -> bool:
        """`password != settings.password`: what the caller sends, against something that he must know."""
        sides = [node.left, node.right]
        if any(isinstance(side, Literal) for side in sides):
            return False
        raw = [is_raw(context, side) for side in sides]
        return raw.count(True) == 1 and not any(last_name(side) in {"length", "len"} for side in sides)

    def _tells_caller(self, context: FileContext, leaf: Expr, depth: int) -> bool:
        """Whether a part of a test says something about who the caller is."""
        if isinstance(leaf, Call):
            return self._call_tells(context, leaf, depth)
        if any(self._looks_up_caller(context, call) for call in _assigned_calls(context, leaf)):
            return True
        if context.is_go:
            from lk_audit.extractors.go_guards import fails_for_strangers  # noqa: PLC0415 - most scans meet other languages

            if fails_for_strangers(context, leaf):
                return True
        possible = context.values(leaf)
        values = symbolic_sources(possible)
        injected = [value for value in values if isinstance(value, Given) and is_injected(value)]
        if injected:
            return any(self._is_told_by_dependency(context, value, depth) for value in injected)
        is_decided_before = {value.flag for value in possible if isinstance(value, Flag)} == {True, False}
        if is_decided_before or any(is_known_caller(context, value) for value in values):
            return True
        results = [value for value in values if isinstance(value, Returned)]
        is_found_out = any(not self._is_lookup(context, value.call) for value in results)
        is_told = bool(values) and not results and not any(isinstance(value, Environment) for value in values)
        return (is_found_out or is_told) and not is_raw(context, leaf)

    def _looks_up_caller(self, context: FileContext, call: Call) -> bool:
        """`session = await getSession()`: by its name, and not by what the caller claims."""
        name = last_name(call.callee) or ""
        return (
            bool(AUTHENTICATING_NAME.match(name)) and not is_raw(context, call) and not self._is_lookup(context, call)
        )

    def _call_tells(self, context: FileContext, call: Call, depth: int) -> bool:
        name = last_name(call.callee) or ""
        if name in SHAPE_TESTS or is_raw(context, call) or self._is_lookup(context, call):
            return False
        defined = [value for value in context.values(call.callee) if isinstance(value, Defined)]
        if (
            not defined
            or (context.is_go and takes_identity_in_go(context, call))
            or AUTHENTICATING_NAME.match(name)
            or any(has_credential(item.value) for item in call.arguments)
        ):
            return True
        return any(self._value(context, value, depth) for value in defined)

    def _is_told_by_dependency(self, context: FileContext, value: Given, depth: int) -> bool:
        """Whether what a parameter depends on finds out who the caller is: `user = Depends(optional_user)`."""
        home = context.home(value.function)
        parameter = next(item for item in value.function.parameters if item.name == value.parameter)
        exprs = [expr for expr in (parameter.default, parameter.annotation) if expr is not None]
        if any(self.authenticating(home, expr, depth + 1) is not None for expr in exprs):
            return True
        return any(
            isinstance(found, Defined)
            and isinstance(found.definition, Function)
            and self.tells(home.home(found.definition), found.definition, depth + 1)
            for expr in exprs
            for node in walk(expr)
            if isinstance(node, Name | Member)
            for found in home.values(node)
        )

    def _is_lookup(self, context: FileContext, call: Call) -> bool:
        """A look whether something exists that the caller only claims: `User.objects.get(id=body.user_id)`."""
        if not context.home(call).code.holds(call):
            return False
        here = context.home(call)
        given = [item.value for node in walk(call) if isinstance(node, Call) for item in node.arguments]
        claimed = [expr for expr in given if has_raw(here, expr) and not (here.is_go and is_request_in_go(here, expr))]
        if not claimed:
            return (last_name(call.callee) or "") in LOOKUP_CALLS and not given
        if any(has_credential(expr) for expr in claimed):
            return False
        name = last_name(call.callee) or ""
        return not AUTHENTICATING_NAME.match(name) or name.lower().startswith(("get_user", "getuser"))


def _verifies_in_rust(context: FileContext, name: str) -> bool:
    """`jsonwebtoken::decode` checks the signature; the function of that name in JavaScript does not."""
    if context.module.language != "rust":
        return False
    from lk_audit.livekit.rust_web import AUTHENTICATING_CALLS as RUST_CALLS  # noqa: PLC0415 - most scans meet other languages

    return ".".join(name.split(".")[-2:]) in RUST_CALLS


def _nodes(function: Function) -> Iterator[Node]:
    for count, node in enumerate(walk(function.body)):
        if count >= _MOST_NODES:
            return
        yield node


def _assigned_calls(context: FileContext, leaf: Expr, depth: int = 0) -> Iterator[Call]:
    """The calls whose result, or a part of it, a name was given."""
    while isinstance(leaf, Member | Await):
        leaf = leaf.object if isinstance(leaf, Member) else leaf.operand
    if isinstance(leaf, Call):
        yield leaf
    elif isinstance(leaf, Name) and depth < _DEEPEST:
        for definition in context.names.definitions(leaf):
            if definition.value is not None:
                yield from _assigned_calls(context, definition.value, depth + 1)
