"""Which files can hand out a name, told from their bytes."""

from __future__ import annotations

import pytest

from lk_audit.project.files import Files
from lk_audit.project.modules import Project
from lk_audit.project.spelled import Spelled
from lk_audit.source import Source


def may_hand_out(path: str, text: str, name: str) -> bool:
    return Spelled(Files([Source.from_text(path, text)])).may_hand_out(path, name)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", "ttl = 5"),
        ("a.py", "from b import (\n    ttl,\n)"),
        ("a.py", "from b import *"),
        ("a.py", "from b import\\\n    *"),
        ("a.ts", "export const ttl = 5"),
        ("a.ts", "export * from './b'"),
        ("a.js", "module.exports = {...require('./b')}"),
        ("a.js", "exports.ttl = 5"),
        ("a.cts", "export = require('./b')"),
        ("a.dart", "const ttl = 5;"),
        ("a.dart", "int get ttl => 5;"),
        ("a.dart", "class ttl extends Base {}"),
        ("a.dart", "abstract interface class ttl\n    implements Base {}"),
        ("a.dart", "class ttl // of tokens\n{}"),
        ("a.dart", "mixin ttl on Base {}"),
        ("a.dart", "enum ttl { short, long }"),
        ("a.dart", "typedef ttl = Map<String, int>;"),
        ("a.dart", "extension type ttl(int seconds) {}"),
        ("a.dart", "Future<int> ttl() async => 5;"),
        ("a.dart", "T ttl<T>() {}"),
        ("a.dart", "int get ttl async {}"),
        ("a.dart", "late final int ttl;"),
        ("a.dart", "var other, ttl, more;"),
        ("a.dart", "export 'b.dart' show other;"),
        ("a.go", "package a"),
        ("a.vue", "<template></template>"),
    ],
)
def test_what_spells_a_name_or_hands_on_from_elsewhere_may_have_it(path: str, text: str) -> None:
    assert may_hand_out(path, text, "ttl")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", "settled = 5\nfrom b import other"),
        ("a.ts", "export const settle = $ttl"),
        ("a.dart", "import 'b.dart';\nf() => print(widget.ttl + ttl?.x + ttl.y);"),
        ("a.dart", "import 'b.dart';\nvoid f(ttl x, {ttl? y}) => x is ttl ? y as ttl : g<ttl>(ttl);"),
    ],
)
def test_what_does_not_spell_it_so_has_it_not(path: str, text: str) -> None:
    assert not may_hand_out(path, text, "ttl")


def test_only_files_that_may_hand_out_a_name_are_parsed_for_it() -> None:
    files = {
        "lib/a.dart": "import 'b.dart';\nimport 'c.dart';\nfinal look = ttl;",
        "lib/b.dart": "const other = 1;",
        "lib/c.dart": "const ttl = 60;",
    }
    project = Project(Files(Source.from_text(path, text) for path, text in files.items()))
    assert project.exported("lib/b.dart", "ttl") is None
    assert project.exported("lib/c.dart", "ttl") is not None
    assert project.bytes_parsed == len(files["lib/c.dart"])
