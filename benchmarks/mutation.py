"""Mutation testing: whether the tests notice when a line of the project says something else.

`python -m benchmarks.mutation --count 40` changes one thing at a time in a copy of the project, in a random but
repeatable choice of places, and runs the tests that should notice. What survives is listed, to be read by a person: a
survivor is a missing test, or a change that means the same.
"""

from __future__ import annotations

import ast
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import click
from msgspec import Struct

ROOT = Path(__file__).parents[1]
TESTS: dict[str, tuple[str, ...]] = {
    "rules": (
        *("tests/test_rules_of_tokens.py", "tests/test_rules_of_rights.py", "tests/test_rules_of_lifetimes.py"),
        *("tests/test_rules_of_secrets.py", "tests/test_rule_messages.py"),
        "tests/test_rule_examples.py",
        *("tests/test_rule_choices.py", "tests/test_rule_choices_of_requests.py"),
        *("tests/test_rule_choices_of_secrets.py", "tests/test_rule_set.py", "tests/test_rule_docs.py"),
        *("tests/test_profiles.py", "tests/test_advice.py", "tests/test_fixture_projects.py"),
        *("tests/test_server_conformance.py", "tests/test_urls.py", "tests/test_environment_files.py"),
    ),
    "lk_audit/livekit": (
        *("tests/test_words.py", "tests/test_rule_examples.py", "tests/test_credentials.py", "tests/test_urls.py"),
        "tests/test_tokens.py",
        *("tests/test_pairing.py", "tests/languages", "tests/test_fixture_projects.py", "tests/test_conformance.py"),
        "tests/test_command_mints.py",
        "tests/test_command_carriers.py",
        *("tests/test_written_advice.py", "tests/test_told_callers.py", "tests/test_caller_tests.py"),
        *("tests/test_passing_middleware.py", "tests/test_ways_beside.py", "tests/test_python_services.py"),
        *("tests/test_called_by_name.py", "tests/test_customary_guards.py", "tests/test_environment_files.py"),
        *("tests/test_e2ee_keys.py", "tests/test_route_forms.py", "tests/test_python_views.py"),
    ),
    "lk_audit/values": (
        *("tests/values", "tests/test_rule_examples.py", "tests/languages", "tests/frontends/test_situations.py"),
        *("tests/test_conformance.py", "tests/test_fixture_projects.py"),
    ),
    "lk_audit/project": (
        *("tests/project", "tests/test_rule_examples.py", "tests/languages", "tests/test_fixture_projects.py"),
        *("tests/test_wrapped_exports.py", "tests/test_ways_beside.py", "tests/test_environment_files.py"),
        *("tests/test_called_functions.py", "tests/test_published_names.py", "tests/test_server_functions.py"),
    ),
    "lk_audit/extractors/requests": (
        *("tests/languages/test_handlers.py", "tests/test_handing_out.py", "tests/test_guarded_ways.py"),
        "tests/test_customary_guards.py",
        *("tests/test_caller_tests.py", "tests/test_told_callers.py", "tests/test_called_by_name.py"),
        *("tests/test_passing_middleware.py", "tests/test_ways_beside.py", "tests/test_guards_of_routers.py"),
        *("tests/test_guards_of_sockets.py", "tests/test_exempt_paths.py", "tests/test_role_conditions.py"),
        *("tests/test_claimed_roles.py", "tests/test_rights_of_some.py", "tests/test_whose_secret.py"),
        *("tests/test_called_functions.py", "tests/test_function_platforms.py", "tests/test_python_services.py"),
        *("tests/test_python_views.py", "tests/test_wrapped_handlers.py", "tests/test_wrapped_exports.py"),
        *("tests/test_server_functions.py", "tests/test_server_pages.py", "tests/test_perimeter.py"),
        *("tests/test_kept_callers.py", "tests/test_kept_tokens.py", "tests/test_kept_within_limits.py"),
        *("tests/test_rule_choices_of_requests.py", "tests/test_rule_examples.py", "tests/languages"),
        "tests/carriers",
    ),
    "lk_audit/extractors/secrets": (
        *("tests/test_credentials.py", "tests/test_secrets_in_texts.py", "tests/test_secrets_in_pieces.py"),
        *("tests/test_rules_of_secrets.py", "tests/test_rule_choices_of_secrets.py", "tests/test_pairing.py"),
        *("tests/test_empty_branches.py", "tests/test_shown_secrets.py", "tests/test_whose_secret.py"),
        *("tests/test_generic_secret_names.py", "tests/test_published_names.py", "tests/test_e2ee_keys.py"),
        *("tests/test_environment_files.py", "tests/test_build_stages.py", "tests/test_document_facts.py"),
        *("tests/test_token_contents.py", "tests/test_tokens_left_behind.py", "tests/test_command_carriers.py"),
        *("tests/test_rule_examples.py", "tests/test_fixture_projects.py", "tests/test_conformance.py"),
        *("tests/carriers", "tests/languages"),
    ),
    "lk_audit/extractors/mints": (
        *("tests/test_signed_claims.py", "tests/test_hand_made_tokens.py", "tests/test_command_mints.py"),
        "tests/test_command_carriers.py",
        *("tests/test_rule_examples.py", "tests/languages", "tests/test_conformance.py"),
        *("tests/test_conformance_minting.py", "tests/test_development_tokens.py", "tests/test_rights_of_some.py"),
        *("tests/test_fixture_projects.py", "tests/test_tokens_left_behind.py", "tests/carriers"),
    ),
}
"""The folders to change, each with the tests that hold it to its word, the quick ones first."""

_COMPARED: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.In: (" in ", " not in "),
    ast.NotIn: (" not in ", " in "),
    ast.Is: (" is ", " is not "),
    ast.IsNot: (" is not ", " is "),
}


class Mutant(Struct, frozen=True):
    """One change: bytes of a file (from `start` to `end`) and what stands there instead."""

    path: str
    line: int
    start: int
    end: int
    was: str
    now: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.was.strip()} -> {self.now.strip()}"

    def applied(self, code: bytes) -> bytes:
        return code[: self.start] + self.now.encode() + code[self.end :]


def mutants(path: str, code: bytes) -> list[Mutant]:
    """Every change of one file, in the order of the file."""
    return sorted(_Finder(path, code).found, key=lambda mutant: (mutant.start, mutant.end))


class _Finder(ast.NodeVisitor):
    def __init__(self, path: str, code: bytes) -> None:
        self._path = path
        self._code = code
        self._lines = [0]
        for line in code.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        self.found: list[Mutant] = []
        self.visit(ast.parse(code))

    def visit_Compare(self, node: ast.Compare) -> None:
        """Comparisons say nearly the same, or the opposite."""
        operands = [node.left, *node.comparators]
        for before, operator, after in zip(operands, node.ops, operands[1:], strict=False):
            was, now = _COMPARED[type(operator)]
            self._replace(self._end(before), self._start(after), was, now)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        """`and` for `or`."""
        was, now = (" and ", " or ") if isinstance(node.op, ast.And) else (" or ", " and ")
        self._replace(self._end(node.values[0]), self._start(node.values[1]), was, now)
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        """`not` is left out."""
        if isinstance(node.op, ast.Not):
            self._add(self._start(node), self._start(node) + len("not"), "")
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        """Sums are differences, products quotients."""
        swapped = {ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "//")}.get(type(node.op))
        if swapped and not isinstance(node.left, ast.Constant | ast.JoinedStr):
            self._replace(self._end(node.left), self._start(node.right), *swapped)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        """Flags are turned, numbers are one more, words are others."""
        if isinstance(node.value, bool):
            self._add(self._start(node), self._end(node), str(not node.value))
        elif isinstance(node.value, int):
            self._add(self._start(node), self._end(node), str(node.value + 1))
        elif isinstance(node.value, str) and self._code[self._start(node)] in b"\"'" and "\n" not in node.value:
            self._add(self._start(node) + 1, self._start(node) + 1, "XX")

    def visit_Set(self, node: ast.Set) -> None:
        """A row is left out, here and in the tables below."""
        self._without_each([(item, item) for item in node.elts])
        self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> None:
        rows = [(key, value) for key, value in zip(node.keys, node.values, strict=True) if key is not None]
        self._without_each(rows if len(rows) == len(node.keys) else [])
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        """Docstrings are no code."""
        if not isinstance(node.value, ast.Constant):
            self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """The pieces of a text have no places of their own."""
        for item in node.values:
            if isinstance(item, ast.FormattedValue):
                self.visit(item.value)

    def visit_Return(self, node: ast.Return) -> None:
        """Nothing is given back."""
        if node.value is not None and not isinstance(node.value, ast.Constant):
            self._add(self._start(node.value), self._end(node.value), "None")
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        """A branch is never taken; what only type checkers read is no code."""
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return
        self._add(self._start(node.test), self._end(node.test), "False")
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Annotations are no code."""
        if node.value is not None:
            self.visit(node.value)

    def _without_each(self, rows: Sequence[tuple[ast.expr, ast.expr]]) -> None:
        for (first, _), (following, _) in pairwise(rows):
            self._add(self._start(first), self._start(following), "")

    def _start(self, node: ast.expr) -> int:
        return self._lines[node.lineno - 1] + node.col_offset

    def _end(self, node: ast.expr) -> int:
        line, column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return self._lines[line - 1] + column

    def _replace(self, start: int, end: int, was: str, now: str) -> None:
        between = self._code[start:end].decode()
        if between.count(was) == 1:
            self._add(start, end, between.replace(was, now))

    def _add(self, start: int, end: int, now: str) -> None:
        line = self._code.count(b"\n", 0, start) + 1
        self.found.append(Mutant(self._path, line, start, end, self._code[start:end].decode(), now))


def chosen(folder: str, count: int, seed: int) -> list[Mutant]:
    """A repeatable choice among all changes of a folder."""
    files = sorted((ROOT / folder).rglob("*.py"))
    every = [item for file in files for item in mutants(file.relative_to(ROOT).as_posix(), file.read_bytes())]
    return random.Random(seed).sample(every, min(count, len(every)))  # noqa: S311 - a choice, no secret


def survivors(folder: str, drawn: Sequence[Mutant], seconds: float) -> Iterator[tuple[Mutant, bool]]:
    """Each change, and whether the tests let it by. Tests that do not end within `seconds` have noticed."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place, "project")
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache"))
        for mutant in drawn:
            file = copy / mutant.path
            original = file.read_bytes()
            file.write_bytes(mutant.applied(original))
            yield mutant, _passes(copy, TESTS[folder], seconds)
            file.write_bytes(original)


def _passes(project: Path, tests: Sequence[str], seconds: float) -> bool:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider", *tests]
    try:
        ran = subprocess.run(command, cwd=project, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return False
    return ran.returncode == 0


@click.command()
@click.option("--folder", "folders", multiple=True, type=click.Choice(list(TESTS)), help="What to change; all of it.")
@click.option("--count", default=20, show_default=True, help="Changes in each folder.")
@click.option("--seed", default=1, show_default=True, help="Another choice of places.")
@click.option("--seconds", default=600.0, show_default=True, help="How long the tests of one change may take.")
def main(folders: Sequence[str], count: int, seed: int, seconds: float) -> None:
    """Change one thing at a time, and list what no test notices."""
    for folder in folders or TESTS:
        noticed = total = 0
        for mutant, survived in survivors(folder, chosen(folder, count, seed), seconds):
            total += 1
            noticed += not survived
            click.echo(f"{'SURVIVED' if survived else 'noticed'} {mutant}")
        click.echo(f"{folder}: {noticed} of {total} noticed")


if __name__ == "__main__":
    main()
