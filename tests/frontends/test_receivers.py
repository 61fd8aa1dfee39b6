"""Members of a class that are mentioned without the instance."""

from __future__ import annotations

from lk_audit.frontends.lowering.receivers import with_receivers
from lk_audit.syntax import (
    Argument,
    Assign,
    Block,
    Call,
    Class,
    Define,
    DefineClass,
    Evaluate,
    Expr,
    Function,
    Literal,
    Member,
    Module,
    Name,
    Parameter,
    Return,
    Statement,
    walk,
)


def block(*statements: Statement) -> Block:
    return Block(0, 0, statements)


def name(text: str) -> Name:
    return Name(0, 0, text)


def assign(target: Expr, value: Expr, *, declares: bool = False) -> Assign:
    return Assign(0, 0, target, value, declares=declares)


def function(called: str, *statements: Statement, parameters: tuple[str, ...] = ()) -> Define:
    taken = tuple(Parameter(0, 0, item) for item in parameters)
    return Define(0, 0, Function(0, 0, called, taken, block(*statements)))


def module(*members: Statement) -> Module:
    return Module(0, 0, "java", block(DefineClass(0, 0, Class(0, 0, "Service", (), block(*members)))))


def mentioned(of: Module) -> list[str]:
    """The names of the members that are taken from `this`, in source order."""
    return [
        node.name
        for node in walk(with_receivers(of))
        if isinstance(node, Member) and isinstance(node.object, Name) and node.object.id == "this"
    ]


FIELD = assign(name("secret"), Literal(0, 0, "s"), declares=True)


def test_a_field_that_a_method_mentions_is_taken_from_the_instance() -> None:
    assert mentioned(module(FIELD, function("mint", Return(0, 0, name("secret"))))) == ["secret"]


def test_a_method_that_another_calls_is_taken_from_the_instance() -> None:
    call = Evaluate(0, 0, Call(0, 0, name("sign"), (Argument(0, 0, None, name("secret")),)))

    assert mentioned(module(FIELD, function("sign"), function("mint", call))) == ["sign", "secret"]


def test_a_parameter_hides_a_field() -> None:
    assert mentioned(module(FIELD, function("mint", Return(0, 0, name("secret")), parameters=("secret",)))) == []


def test_a_local_variable_hides_a_field() -> None:
    local = assign(name("secret"), Literal(0, 0, "t"), declares=True)

    assert mentioned(module(FIELD, function("mint", local, Return(0, 0, name("secret"))))) == []


def test_an_assignment_that_declares_nothing_sets_the_field() -> None:
    given = assign(name("secret"), name("given"))

    assert mentioned(module(FIELD, function("constructor", given, parameters=("given",)))) == ["secret"]


def test_the_declaration_of_a_field_stays_a_name() -> None:
    written = with_receivers(module(FIELD))

    assert [node.id for node in walk(written) if isinstance(node, Name)] == ["secret"]


def test_the_initial_value_of_a_field_may_mention_another() -> None:
    derived = assign(name("key"), name("secret"), declares=True)

    assert mentioned(module(FIELD, derived)) == ["secret"]


def test_what_is_written_out_already_stays_as_it_is() -> None:
    written = Return(0, 0, Member(0, 0, name("this"), "secret"))

    assert mentioned(module(FIELD, function("mint", written))) == ["secret"]


def test_names_outside_the_class_are_left_alone() -> None:
    whole = module(FIELD)
    whole.body = block(*whole.body.statements, Evaluate(0, 0, name("secret")))

    assert mentioned(whole) == []


def test_a_lambda_sees_the_fields_but_not_behind_its_own_parameters() -> None:
    inner = Function(0, 0, "", (Parameter(0, 0, "secret"),), block(Return(0, 0, name("secret"))))
    outer = Function(0, 0, "", (), block(Return(0, 0, name("secret"))))

    assert mentioned(module(FIELD, function("mint", Evaluate(0, 0, inner), Evaluate(0, 0, outer)))) == ["secret"]
