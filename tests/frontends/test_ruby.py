"""The Ruby frontend."""

from __future__ import annotations

import random

import pytest

from lk_audit.frontends import ruby
from lk_audit.source import Source
from lk_audit.syntax import Call, Class, Function, Literal, Module, Name, walk
from tests.outlines import outline

CLASS = """
class TokensController < ApplicationController
  TTL = 600
  attr_reader :room
  before_action :authenticate_user!, only: [:create]

  def initialize(room, name = 'x', *rest, ttl: TTL, **options)
    @room = room
  end

  def self.issue(room) = mint(room)

  def create
    token = helper
    render json: { token: token, room: room } and return unless token.nil?
    if token then token.to_jwt else other end
  end

  private

  def helper
    TTL
  end
end
"""

SITUATIONS = {
    "positional arguments": ("f(a, 2)", "(Call (Name 'f') (Argument (Name 'a')) (Argument (Literal 2)))"),
    "arguments without parentheses": ("f a, 2", "(Call (Name 'f') (Argument (Name 'a')) (Argument (Literal 2)))"),
    "an argument by name": ("f(ttl: 'x')", "(Call (Name 'f') (Argument 'ttl' (Literal 'x')))"),
    "an argument by name, in the old notation": ("f(:ttl => 1)", "(Call (Name 'f') (Argument 'ttl' (Literal 1)))"),
    "a hash as the last argument": (
        "f('a' => 1)",
        "(Call (Name 'f') (Argument (Record (Entry (Literal 'a') (Literal 1)",
    ),
    "spread arguments": ("f(*xs, **ys)", "(Call (Name 'f') (Argument (Name 'xs') True) (Argument (Name 'ys') True))"),
    "a construction": ("LiveKit::T.new(a)", "(Call (Member (Name 'LiveKit') 'T') (Argument (Name 'a')))"),
    "a chain of calls": (
        "T.new.a(1).b",
        "(Call (Member (Call (Member (Call (Name 'T')) 'a') (Argument (Literal 1))) 'b'))",
    ),
    "safe navigation": ("a&.b", "(Call (Member (Name 'a') 'b'))"),
    "an attribute that is set": ("at.ttl = 5", "(Assign (Member (Name 'at') 'ttl') (Literal 5))"),
    "an item that is set": ("g[:room] = r", "(Assign (Index (Name 'g') (Literal 'room')) (Name 'r'))"),
    "an item that is appended": ("g << r", "(Call (Member (Name 'g') 'push') (Argument (Name 'r')))"),
    "a hash with a spread": (
        "x = { a: 1, **more }",
        "(Record (Entry (Literal 'a') (Literal 1)) (Entry (Name 'more')))",
    ),
    "words in a list": ("x = %w[a b]", "(Sequence (Literal 'a') (Literal 'b'))"),
    "a constant with arithmetic": ("TTL = 60 * 60", "(Assign (Name 'TTL') (Binary '*' (Literal 60) (Literal 60)))"),
    "text with a value in it": ('x = "room-#{n}!"', "(Template (Literal 'room-') (Name 'n') (Literal '!'))"),
    "text on the next lines": ("x = <<~END\n  a #{b}\nEND\n", "(Name 'x') (Template (Literal '\\n  a ') (Name 'b')"),
    "escapes in double quotes": ('x = "\\t\\u00e9"', "(Literal '\\té')"),
    "escapes in single quotes": ("x = '\\t'", "(Literal '\\\\t')"),
    "spellings of numbers": ("x = [3_600, 0x10, 0.5]", "(Sequence (Literal 3600) (Literal 16) (Literal 0.5))"),
    "words of the language": ("x = [true, false, nil]", "(Sequence (Literal True) (Literal) (Literal))"),
    "a conditional expression": ("x = c ? 1 : 2", "(Conditional (Name 'c') (Literal 1) (Literal 2))"),
    "an if that is a value": ("x = if c then 1 else 2 end", "(Assign (Name 'x') (Conditional (Name 'c') (Literal 1)"),
    "an if whose branches do more": (
        "x = if c\n f()\n 1\nelse\n 2\nend",
        "(If (Name 'c') (Block (Evaluate (Call (Name 'f'))) (Assign (Name 'x') (Literal 1))) (Block (Assign (Name 'x'",
    ),
    "not, and, equality": (
        "x = !a && b == 1",
        "(Binary 'and' (Unary 'not' (Name 'a')) (Binary '==' (Name 'b') (Literal 1)))",
    ),
    "unless": ("f() unless a", "(If (Unary 'not' (Name 'a')) (Block (Evaluate (Call (Name 'f')))))"),
    "a method with a default": (
        "def f(a, b = 2)\n b\nend",
        "(Function 'f' (Parameter 'a') (Parameter 'b' (Literal 2)) (Block (Return (Name 'b'))))",
    ),
    "a lambda": ("f = ->(x) { x }", "(Assign (Name 'f') (Function (Parameter 'x') (Block (Return (Name 'x')))))"),
    "a block": ("xs.each { |x| f(x) }", "(Argument (Function (Parameter 'x') (Block (Return (Call (Name 'f')"),
    "a default in a block": ("ENV.fetch('A') { 'x' }", "(Argument (Literal 'A')) (Argument (Literal 'x')))"),
    "items taken from a list": ("a, b = xs", "(Assign (Name 'b') (Index (Name 'xs') (Literal 1)))"),
    "a choice among values": (
        "case role\nwhen 'host', 'mod' then f()\nelse g()\nend",
        "(If (Binary 'or' (Binary '==' (Name 'role') (Literal 'host')) (Binary '==' (Name 'role') (Literal 'mod')))",
    ),
    "a failure that is handled": (
        "begin\n f()\nrescue E => e\n g()\nensure\n h()\nend",
        "(Try (Block (Evaluate (Call (Name 'f')))) (Block (Assign (Name 'e') (Opaque)) (Evaluate (Call (Name 'g'))))",
    ),
    "a failure that is raised": ("raise E", "(Raise (Name 'E'))"),
    "a refusal of Sinatra's": ("halt 401 unless a", "(Block (Raise (Call (Name 'halt') (Argument (Literal 401)))))"),
    "a file that is required": ("require_relative 'a'", "(Import './a' (ImportedName '*' '*'))"),
    "an augmented assignment": ("x ||= 2", "(Assign (Name 'x') (Literal 2) 'or')"),
}


def parse(text: str) -> Module:
    return ruby.parse(Source.from_text("a.rb", text))


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_situation_is_the_syntax_that_other_languages_have_for_it(name: str) -> None:
    code, expected = SITUATIONS[name]

    module = parse(f"{code}\n")

    assert expected in outline(module), outline(module)
    assert not module.errors


def test_bare_names_are_variables_methods_or_attributes() -> None:
    shown = outline(parse(CLASS))

    assert "(Assign (Name 'token') (Call (Member (Name 'this') 'helper')))" in shown
    assert "(Entry (Literal 'token') (Name 'token'))" in shown
    assert "(Entry (Literal 'room') (Member (Name 'this') 'room'))" in shown
    assert "(Function 'helper' (Block (Return (Member (Name 'this') 'TTL'))))" in shown


def test_a_method_returns_what_its_last_branches_give() -> None:
    shown = outline(parse(CLASS))

    assert "(Block (Return (Call (Member (Name 'token') 'to_jwt')))) (Block (Return (Name 'other')))" in shown


def test_an_answer_and_return_leaves() -> None:
    assert "(Evaluate (Call (Name 'render')" in outline(parse(CLASS))
    assert "(Return))" in outline(parse(CLASS))


def test_a_class_in_a_module_is_a_member_of_it() -> None:
    module = parse("module Api\n  class Tokens < Base\n    include Helpers\n  end\nend\n")

    outer, inner = [node for node in walk(module) if isinstance(node, Class)]
    assert (outer.name, inner.name) == ("Api", "Tokens")
    assert [outline(base) for base in inner.bases] == ["(Name 'Base')", "(Name 'Helpers')"]


def test_signs_at_the_end_of_names_are_left_out() -> None:
    module = parse("def authenticate!\n  user.nil?\nend\nauthenticate!\n")

    assert [node.name for node in walk(module) if isinstance(node, Function)] == ["authenticate"]
    assert "(Evaluate (Call (Name 'authenticate')))" in outline(module)


def test_two_texts_on_the_next_lines_keep_their_order() -> None:
    module = parse("f(<<~A, <<~B)\n  one\nA\n  two\nB\n")

    texts = [node.value for node in walk(module) if isinstance(node, Literal)]
    assert [str(text).strip() for text in texts] == ["one", "two"]


def test_positions_are_bytes_of_the_file() -> None:
    source = Source.from_text("a.rb", "é = '«»'\n")

    (literal,) = [node for node in walk(ruby.parse(source)) if isinstance(node, Literal)]
    assert source.data[literal.start : literal.end] == "'«»'".encode()


def test_a_call_survives_a_syntax_error_beside_it() -> None:
    module = parse("f(1, secret)\nclass (\n")

    assert module.errors
    assert "f" in [node.callee.id for node in walk(module) if isinstance(node, Call) and isinstance(node.callee, Name)]


@pytest.mark.parametrize("seed", range(40))
def test_broken_code_never_raises(seed: int) -> None:
    chance = random.Random(seed)
    letters = list(CLASS + "\n".join(code for code, _ in SITUATIONS.values()))
    for _ in range(chance.randrange(1, 30)):
        letters[chance.randrange(len(letters))] = chance.choice("(){}[]'\"|:;,=>\n?#")

    parse("".join(letters[: chance.randrange(10, len(letters))]))


def test_deep_nesting_is_no_limit() -> None:
    parse("x = " + "f(" * 3000 + ")" * 3000)
