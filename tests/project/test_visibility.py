"""Which files can know a function of another."""

from __future__ import annotations

import pytest

from lk_audit.project.files import Files
from lk_audit.project.manifests import Manifests
from lk_audit.project.mentions import Mentions
from lk_audit.project.modules import Project
from lk_audit.project.use_forms import PASSED, constructed
from lk_audit.project.visibility import Visibility
from lk_audit.source import Source
from lk_audit.standing import Form


def knowing(files: dict[str, str], word: str = "main", forms: tuple[Form, ...] = ()) -> list[str]:
    """The files that may know the first function of the first of some files."""
    held = Files(Source.from_text(path, text) for path, text in files.items())
    path, *others = files
    (module,) = Project(held).modules(path)
    function = module.names.functions[0]
    is_method = module.names.owner(function) is not None
    visibility = Visibility(held, Manifests(held))
    users = [other for other in others if word in files[other]]
    return visibility.knowing(module.source, function, word, users, forms, is_method=is_method)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a/x.go": "package a\nfunc Main() {}", "a/y.go": "package a\nvar f = Main"}, ["a/y.go"]),
        ({"a/x.go": "package a\nfunc Main() {}", "b/y.go": 'package b\nimport "m/a"\nvar f = a.Main'}, ["b/y.go"]),
        ({"api/x.go": "package api\nfunc Main() {}", "b/y.go": "package b\nfunc Main() {}"}, []),
        ({"api/x.go": "package api\nfunc main() {}", "b/y.go": 'package b\nimport "m/api"\nmain()'}, []),
        ({"api/x.go": "package api\nfunc (s *S) main() {}", "b/y.go": "package b\ns.main()"}, []),
        ({"api/x.go": "package api\nfunc (s *S) Main() {}", "b/y.go": "package b\ns.Main()"}, ["b/y.go"]),
        ({"x.go": "package a\nfunc Main() {}", "go.mod": "", "b/y.go": "package b\na.Main()"}, ["b/y.go"]),
        ({"src/run.rs": "pub fn main() {}", "src/lib.rs": "", "src/b.rs": "crate::run::main()"}, ["src/b.rs"]),
        ({"src/run.rs": "fn main() {}", "src/b.rs": "main()", "src/run/c.rs": "super::main()"}, ["src/run/c.rs"]),
        (
            {
                "a/src/run.rs": "pub fn main() {}",
                "a/Cargo.toml": "",
                "a/src/b.rs": "crate::run::main()",
                "c/src/d.rs": "run::main()",
            },
            ["a/src/b.rs"],
        ),
        (
            {
                "a/src/run.rs": "pub fn main() {}",
                "a/Cargo.toml": '[package]\nname = "my-a"\n[lib]\n',
                "c/src/d.rs": "my_a::run::main()",
                "e/src/f.rs": "run::main()",
            },
            ["c/src/d.rs"],
        ),
        (
            {
                "packages/pkga/src/run.ts": "export function main() {}",
                "packages/pkga/package.json": '{"name": "@my/pkga"}',
                "packages/pkga/src/b.ts": "main()",
                "packages/pkga/inside/package.json": "{}",
                "packages/pkga/inside/c.ts": "main()",
                "apps/d.ts": 'import { main } from "@my/pkga"',
                "apps/e.ts": 'import { main } from "../packages/pkga/src/run"',
                "apps/f.ts": "function main() {}",
            },
            ["packages/pkga/src/b.ts", "packages/pkga/inside/c.ts", "apps/d.ts", "apps/e.ts"],
        ),
        ({"a.ts": "export function main() {}", "package.json": "{}", "b/c.ts": "main()"}, ["b/c.ts"]),
        ({"a.ts": "export function main() {}", "b.ts": "function main() {}\nmain()"}, []),
        ({"a.ts": "export function main() {}", "b.ts": "class main {}\nx.main()"}, ["b.ts"]),
        ({"a.ts": "export function main() {}", "b.ts": "import * as m from './main'\nclass main {}"}, ["b.ts"]),
        ({"a.py": "def main(): ...", "b.py": "def main(): ...\nmain()"}, []),
        ({"a.py": "def main(): ...", "b.py": "def main(): ...\na.main()"}, ["b.py"]),
        ({"a.py": "def main(): ...", "b.py": "try:\n    from a import main\nexcept E:\n    def main(): ..."}, ["b.py"]),
        ({"a.py": "def main(): ...", "b.py": "from a import *\ndef main(): ..."}, ["b.py"]),
        ({"a.rb": "def main\nend", "b.rb": "main"}, ["b.rb"]),
    ],
)
def test_only_files_to_which_a_language_shows_a_function_know_it(files: dict[str, str], expected: list[str]) -> None:
    assert knowing(files, "Main" if any("Main" in text for text in files.values()) else "main") == expected


def test_who_inherits_from_a_class_of_the_same_name_makes_an_instance_of_its_own() -> None:
    forms, inherits = constructed("javascript"), "import * as m from './t'\nclass main extends m.main {}\nnew main()"

    assert knowing({"a.ts": "export function main() {}", "b.ts": inherits}, forms=forms) == []
    assert knowing({"a.ts": "export function main() {}", "b.ts": f"{inherits}\nnew m.main()"}, forms=forms) == ["b.ts"]


@pytest.mark.parametrize(("text", "expected"), [("part of 'a.dart';\n_go();", True), ("_go();", False)])
def test_what_a_dart_library_keeps_to_itself_only_its_parts_know(text: str, *, expected: bool) -> None:
    files = {"lib/a.dart": "void _go() {}", "lib/b.dart": text}
    assert knowing(files, "_go") == (["lib/b.dart"] if expected else [])


@pytest.mark.parametrize(
    "text",
    [
        "use(serve)",
        "[serve]",
        "{ serve }",
        "{ 'x': serve }",
        "const { serve: s } = m",
        "serve::<T>)",
        "a.serve.bind(a)",
    ],
)
def test_what_is_handed_over_is_told_from_what_is_not(text: str) -> None:
    assert _is_passed(text)


@pytest.mark.parametrize("text", ["serve()", "serve (x)", "serve.name", "serve = 1", "serve: 1", "'serve'", "server"])
def test_what_is_called_or_named_is_not_handed_over(text: str) -> None:
    assert not _is_passed(text)


def _is_passed(text: str) -> bool:
    files = Files([Source.from_text("a.ts", ""), Source.from_text("b.ts", text)])
    return bool(list(Mentions(files, Manifests(files)).users("a.ts", ["serve"], PASSED)))
