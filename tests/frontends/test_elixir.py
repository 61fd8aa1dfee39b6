"""Elixir: what its syntax becomes."""

from __future__ import annotations

import pytest

from lk_audit.frontends import elixir
from lk_audit.source import Source
from lk_audit.syntax import Literal, Module, walk
from tests.outlines import outline


def parse(code: str) -> Module:
    return elixir.parse(Source.from_text("sample.ex", code))


LOWERED = {
    "x |> f(1) |> M.g()": (
        "(Call (Member (Name 'M') 'g') (Argument (Call (Name 'f') (Argument (Name 'x')) (Argument (Literal 1)))))"
    ),
    "x |> f": "(Call (Name 'f') (Argument (Name 'x')))",
    "f(a, key: 1)": "(Call (Name 'f') (Argument (Name 'a')) (Argument (Record (Entry (Literal 'key') (Literal 1)))))",
    "user.id": "(Member (Name 'user') 'id')",
    "System.os_time()": "(Call (Member (Name 'System') 'os_time'))",
    ":crypto.mac(:hmac, k)": "(Call (Member (Name ':crypto') 'mac') (Argument (Literal 'hmac')) (Argument (Name 'k')))",
    "f.(1)": "(Call (Name 'f') (Argument (Literal 1)))",
    "list[:key]": "(Index (Name 'list') (Literal 'key'))",
    '%{"a" => 1, b: 2}': "(Record (Entry (Literal 'a') (Literal 1)) (Entry (Literal 'b') (Literal 2)))",
    "%{m | a: 1}": "(Record (Entry (Name 'm')) (Entry (Literal 'a') (Literal 1)))",
    "%S{a: 1}": "(Call (Name 'S') (Argument 'a' (Literal 1)))",
    "Map.get(m, :a, 5)": "(Binary '??' (Index (Name 'm') (Literal 'a')) (Literal 5))",
    "Map.put(m, :a, 5)": "(Record (Entry (Name 'm')) (Entry (Literal 'a') (Literal 5)))",
    "Map.merge(a, b)": "(Record (Entry (Name 'a')) (Entry (Name 'b')))",
    '"a#{b}"': "(Template (Literal 'a') (Name 'b'))",
    '"a" <> b': "(Binary '+' (Literal 'a') (Name 'b'))",
    "~s(a b)": "(Literal 'a b')",
    "~w(a b)": "(Sequence (Literal 'a') (Literal 'b'))",
    "a || b && !c": "(Binary 'or' (Name 'a') (Binary 'and' (Name 'b') (Unary 'not' (Name 'c'))))",
    "&(&1 + 1)": "(Function (Parameter '&1') (Block (Return (Binary '+' (Name '&1') (Literal 1)))))",
    "&M.f/1": "(Member (Name 'M') 'f')",
    "fn a -> a end": "(Function (Parameter 'a') (Block (Return (Name 'a'))))",
    "{:ok, a} = f()": "(Assign (Name 'a') (Index (Name '#0') (Literal 1)))",
    '%{"room" => r} = params': "(Assign (Name 'r') (Index (Name 'params') (Literal 'room')))",
    "[h | _] = xs": "(Assign (Name 'h') (Index (Name 'xs') (Literal 0)))",
    "if a, do: 1, else: 2": "(If (Name 'a') (Block (Evaluate (Literal 1))) (Block (Evaluate (Literal 2))))",
    "unless a do\n  b\nend": "(If (Unary 'not' (Name 'a')) (Block (Evaluate (Name 'b'))))",
    "case a do\n  :x -> 1\n  _ -> 2\nend": (
        "(If (Binary '==' (Name 'a') (Literal 'x')) (Block (Evaluate (Literal 1))) (Block (Evaluate (Literal 2))))"
    ),
    "a |> case do\n  nil -> 1\n  b -> b\nend": "(If (Binary '==' (Name 'a') (Literal)) (Block (Evaluate (Literal 1)))",
    "cond do\n  a -> 1\n  true -> 2\nend": "(If (Name 'a') (Block (Evaluate (Literal 1))) (Block (Evaluate",
    "with {:ok, a} <- f() do\n  a\nend": "(If (Binary '==' (Index (Name '#17') (Literal 0)) (Literal 'ok'))",
    "for x <- xs, do: f(x)": "(Loop (Assign (Name 'x') (Each (Name 'xs'))) (Block (Evaluate (Call (Name 'f')",
    "try do\n  f()\nrescue\n  e -> g(e)\nend": "(Try (Block (Evaluate (Call (Name 'f')))) (Block (Assign",
    'raise "no"': "(Raise (Literal 'no'))",
    "alias A.{B, C.D}": "(Import 'A.B' (ImportedName 'B')) (Import 'A.C.D' (ImportedName 'D'))",
    "alias A.B, as: C": "(Import 'A.B' (ImportedName 'C'))",
    "import A, only: [f: 1]": "(Import 'A' (ImportedName 'f' 'f'))",
    "use A, :b": "(Import 'A' (ImportedName '*' '*')) (Evaluate (Call (Name 'use')",
    ":timer.hours(6)": "(Binary '*' (Binary '*' (Literal 6) (Literal 3600)) (Literal 1000))",
    "config :app, :k, a: 1": "(Record (Entry (Literal 'app') (Record (Entry (Literal 'k') (Record (Entry (Literal 'a')",
    "0xFF + 1_000 + ?a": "(Binary '+' (Binary '+' (Literal 255) (Literal 1000)) (Literal 97))",
    "-1.5e3": "(Literal -1500.0)",
}


@pytest.mark.parametrize("code", LOWERED)
def test_syntax_becomes_what_it_stands_for(code: str) -> None:
    module = parse(code)

    assert not module.errors
    assert LOWERED[code] in outline(module)


MODULES = {
    "def f(a, b \\\\ 2) do\n  a\nend": "(Function 'f' (Parameter 'a') (Parameter 'b' (Literal 2)) (Block (Return",
    "defp f, do: 1": "(Function 'f' (Block (Return (Literal 1))))",
    'def f(%{"r" => r} = p), do: r': "(Function 'f' (Parameter 'p') (Block (Assign (Name 'r') (Index",
    "def f(:a), do: 1\ndef f(_), do: 2": (
        "(Function 'f' (Parameter '#0') (Block (If (Binary '==' (Name '#0') (Literal 'a')) (Block (Return (Literal 1)))"
    ),
    "def f(x), do: {:error, x}": "(Raise (Sequence (Literal 'error') (Name 'x')))",
    "@ttl 5\ndef f, do: @ttl": "(Assign (Name '@ttl') (Literal 5))",
    "@spec f(integer) :: atom\ndef f(x), do: x": "(Block (Define (Function 'f'",
    "def f(x), do: f(x, 1)\ndef f(x, y), do: x": "(Function 'A.f/1' (Parameter 'x') (Block (Return (Call (Name 'f')",
    "def f, do: __MODULE__.g()\ndef g, do: 1": "(Return (Call (Name 'g')))",
    "def f, do: Shop.Calls.g()": "(Import 'Shop.Calls' (ImportedName 'Shop.Calls'))",
}


@pytest.mark.parametrize("code", MODULES)
def test_modules_are_lists_of_functions(code: str) -> None:
    module = parse(f"defmodule A do\n{code}\nend\n")

    assert not module.errors
    assert MODULES[code] in outline(module)


def test_functions_of_another_module_in_the_file_are_called_by_name() -> None:
    module = parse("defmodule A do\n  def f, do: B.g()\nend\ndefmodule B do\n  def g, do: 1\nend\n")

    assert "(Function 'f' (Block (Return (Call (Name 'g')))))" in outline(module)


def test_two_modules_keep_their_attributes_apart() -> None:
    module = parse("defmodule A do\n@t 1\ndef f, do: @t\nend\ndefmodule B do\n@t 2\ndef g, do: @t\nend\n")

    assert "(Function 'f' (Block (Return (Name '@t'))))" in outline(module)
    assert "(Function 'g' (Block (Return (Name '@t/B'))))" in outline(module)


def test_comments_are_kept() -> None:
    text = "# why\nf() # how\n"
    assert [text[slice(*span)] for span in parse(text).comments] == ["# why", "# how"]


def test_what_cannot_be_read_is_said_and_the_rest_is_read() -> None:
    module = parse('defmodule A do\n  def f( do\n  end\n  def g, do: h("kept")\nend\n')

    assert module.errors
    assert "kept" in [node.value for node in walk(module) if isinstance(node, Literal)]


SAMPLE = """defmodule A do
  alias L.{T, G}
  @ttl 60 * 60
  def f(conn, %{"room" => r} = p) when is_binary(r) do
    with {:ok, u} <- user(conn), true <- u.ok do
      T.new("k", "s") |> T.ttl(@ttl) |> T.add(%G{a: true, room: r}) |> T.jwt()
    else
      {:error, e} -> conn |> status(401) |> json(%{e: "#{e}"})
    end
  end
end
"""


@pytest.mark.parametrize("cut", range(0, len(SAMPLE), 7))
def test_a_file_that_ends_anywhere_is_read(cut: int) -> None:
    assert isinstance(parse(SAMPLE[:cut]), Module)
    assert isinstance(parse(SAMPLE[cut:]), Module)
    assert isinstance(parse(SAMPLE[:cut] + "}" + SAMPLE[cut + 3 :]), Module)


@pytest.mark.parametrize(
    "code", ["(" * 5000, "[" * 5000, "if a do\n" * 2000, "a |> " * 3000 + "b", "-" * 5000, "%{a: " * 3000]
)
def test_nesting_is_no_limit(code: str) -> None:
    assert isinstance(parse(code), Module)
