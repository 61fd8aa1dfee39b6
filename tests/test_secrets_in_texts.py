"""Secrets in texts that code holds: files that it writes, commands that it runs."""

from __future__ import annotations

import pytest

from lk_audit.rule_loader import load_builtin_rules
from lk_audit.testing import run_example
from tests.samples import SECRET

KEY = "APIt3xtW1thIt"


def found(path: str, code: str) -> list[tuple[str, int]]:
    outcome = run_example(f"--- {path}\n{code}\n", load_builtin_rules())
    return [(item.rule_id, item.place.line) for item in outcome.findings]


@pytest.mark.parametrize(
    ("path", "code", "line"),
    [
        ("deploy.py", f'ENV = """\nLIVEKIT_API_KEY={KEY}\nLIVEKIT_API_SECRET={SECRET}\n"""', 3),
        ("deploy.py", f'run("echo LIVEKIT_API_SECRET={SECRET} >> .env")', 1),
        ("deploy.py", f'run("lk room list --api-key {KEY} --api-secret {SECRET}")', 1),
        ("deploy.py", f'COMPOSE = """\n  livekit:\n    environment:\n      LIVEKIT_KEYS: "{KEY}: {SECRET}"\n"""', 4),
        ("setup.js", f"fs.writeFileSync('.env', `URL=${{url}}\nLIVEKIT_API_SECRET={SECRET}\n`);", 2),
        ("setup.js", f'fs.writeFileSync(".env", "LIVEKIT_API_KEY={KEY}\\nLIVEKIT_API_SECRET={SECRET}\\n");', 1),
        ("setup.ts", f'const body = \'{{"livekitApiSecret": "{SECRET}"}}\';', 1),
        ("livekit.go", f"package main\n\nconst conf = `\nport: 7880\nkeys:\n  {KEY}: {SECRET}\n`", 6),
        ("Setup.java", f'class Setup {{ String env = "LIVEKIT_API_SECRET={SECRET}"; }}', 1),
        ("setup.rb", f'File.write(".env", "LIVEKIT_API_SECRET={SECRET}")', 1),
        ("setup.php", f"<?php file_put_contents('.env', 'LIVEKIT_API_SECRET={SECRET}');", 1),
    ],
)
def test_a_secret_in_a_text_is_found_where_it_stands(path: str, code: str, line: int) -> None:
    assert found(path, code) == [("LK101", line)]


@pytest.mark.parametrize(
    "code",
    [
        'print("set LIVEKIT_API_SECRET=secret and LIVEKIT_API_KEY=devkey first")',
        'print("LIVEKIT_API_SECRET=your-livekit-api-secret-goes-here")',
        'HELP = """\nLIVEKIT_API_SECRET=<the-secret-of-your-livekit-project>\n"""',
        'text = f"LIVEKIT_API_SECRET={secret}"',
        f'text = "STRIPE_API_SECRET={SECRET}"',
    ],
)
def test_what_a_text_explains_is_no_secret(code: str) -> None:
    assert found("deploy.py", code) == []
