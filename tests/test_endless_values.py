"""Values that are made of themselves end somewhere."""

from __future__ import annotations

import pytest

from lk_audit.extraction import extract_facts
from lk_audit.facts import TokenMint
from lk_audit.source import Source

MINT = "at := auth.NewAccessToken(key, secret)\n\tat.SetIdentity(name)\n\treturn at.ToJWT()"
LOOPS = {
    "go: a text that grows in a loop": (
        "main.go",
        (
            'package main\n\nimport "github.com/livekit/protocol/auth"\n\n'
            "func mint(names []string) (string, error) {\n"
            '\tname := ""\n\tfor _, part := range names {\n\t\tname = join(name, part)\n'
            "\t\tpart = join(part, name)\n\t}\n"
            f"\t{MINT}\n}}\n"
        ),
    ),
    "javascript: two variables that are made of each other": (
        "mint.js",
        (
            "import { AccessToken } from 'livekit-server-sdk';\nexport function mint(a, b) {\n"
            "  while (more()) {\n"
            "    a = wrap(b);\n    b = a.next(b);\n  }\n"
            "  return new AccessToken(k, s, { identity: b.name }).toJwt();\n}\n"
        ),
    ),
    "python: a name that is cleaned again and again": (
        "mint.py",
        (
            "from livekit import api\n\ndef mint(name):\n    while dirty(name):\n"
            "        name = name.strip(clean(name))\n"
            "    return api.AccessToken().with_identity(name).to_jwt()\n"
        ),
    ),
}


@pytest.mark.parametrize(("path", "text"), LOOPS.values(), ids=LOOPS)
def test_a_value_made_of_itself_is_no_endless_question(path: str, text: str) -> None:
    facts, notes = extract_facts([Source.from_text(path, text)])

    assert [type(fact) for fact in facts] == [TokenMint]
    assert notes == []
