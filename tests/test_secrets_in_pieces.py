"""Secrets that code puts together from pieces, under a name that says what they are."""

from __future__ import annotations

from base64 import b64encode

import pytest

from lk_audit.rule_loader import load_builtin_rules
from lk_audit.testing import run_example
from tests.languages.minting import found_in
from tests.samples import SECRET

FIRST, SECOND = SECRET[:20], SECRET[20:]


@pytest.mark.parametrize(
    ("path", "code", "line"),
    [
        ("keys.py", f'LIVEKIT_API_SECRET = "{FIRST}" + "{SECOND}"', 1),
        ("keys.py", f'LIVEKIT_API_SECRET = (\n    "{FIRST}"\n    "{SECOND}"\n)', 2),
        ("keys.py", f'TAIL = "{SECOND}"\nLIVEKIT_API_SECRET = f"{FIRST}{{TAIL}}"', 2),
        ("keys.py", f'configure(livekit_api_secret="{FIRST}" + "{SECOND}")', 1),
        ("keys.py", f'CONFIG = {{"livekit_api_secret": "{FIRST}" + "{SECOND}"}}', 1),
        ("keys.ts", f"const LIVEKIT_API_SECRET = '{FIRST}' + '{SECOND}';", 1),
        ("keys.ts", f"const tail = '{SECOND}';\nexport const livekitApiSecret = `{FIRST}${{tail}}`;", 2),
        ("keys.go", f'package keys\n\nconst livekitApiSecret = "{FIRST}" + "{SECOND}"', 3),
    ],
)
def test_the_pieces_are_one_secret_found_where_the_first_stands(path: str, code: str, line: int) -> None:
    outcome = run_example(f"--- {path}\n{code}\n", load_builtin_rules())

    assert [(item.rule_id, item.place.line) for item in outcome.findings] == [("LK101", line)]


@pytest.mark.parametrize(
    "code",
    [
        'LIVEKIT_API_SECRET = "your-" + "secret"',
        'LIVEKIT_API_SECRET = f"{prefix}-{suffix}"',
        'LIVEKIT_API_SECRET = "projects/acme/secrets/" + name',
        'LIVEKIT_SECRET_PATH = "/run/secrets/" + "livekit_api_secret"',
    ],
)
def test_pieces_that_are_unknown_or_make_a_placeholder_are_nothing(code: str) -> None:
    assert run_example(f"--- keys.py\n{code}\n", load_builtin_rules()).findings == ()


@pytest.mark.parametrize("path", ["index.html", "Call.vue"])
def test_a_secret_that_the_code_and_the_text_of_a_page_show_is_one(path: str) -> None:
    code = f'<script>\n  const apiKey = "APIexamp7e23456", apiSecret = "{SECRET}";\n  join("livekit");\n</script>\n'

    outcome = run_example(f"--- {path}\n{code}", load_builtin_rules())

    assert [(item.rule_id, item.place.line) for item in outcome.findings if item.rule_id == "LK101"] == [("LK101", 2)]


DECODED = {
    "conf.py": "import base64\nLIVEKIT_API_SECRET = base64.b64decode('%s').decode()\n",
    "conf.ts": "export const livekitApiSecret = Buffer.from('%s', 'base64').toString('utf8');\n",
    "conf.js": "const livekit = { apiKey: 'APIexampLe23456', apiSecret: atob('%s') };\n",
    "conf.php": "<?php\n$livekitApiSecret = base64_decode('%s');\n",
}


@pytest.mark.parametrize("path", DECODED)
def test_a_secret_that_code_decodes_is_written_down_all_the_same(path: str) -> None:
    written, other = (b64encode(text.encode()).decode() for text in (SECRET, "the name of a room"))

    assert len(found_in({path: DECODED[path] % written}, "LK101")) == 1
    assert found_in({path: DECODED[path] % other}, "LK101") == []
