"""A finding can be accepted in every file that findings are in, in a comment of that file's own syntax."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from lk_audit.findings import Finding, Report
from lk_audit.rule_api import Options
from lk_audit.rule_loader import load_builtin_rules
from lk_audit.scanning.pipeline import scan_sources
from lk_audit.source import Source
from tests.samples import SECRET

NOW = datetime(2026, 6, 1, tzinfo=UTC).timestamp()
RULES = load_builtin_rules()
HERE = "lk-audit: ignore[{rule}] until=2026-12-31 a kiosk, see SEC-12"
REASON = "a kiosk, see SEC-12"
MINT = (
    "import { AccessToken } from 'livekit-server-sdk';\n"
    "export async function make(room) {\n"
    "const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {\n"
    "  identity: 'kiosk',\n"
    "%s\n"
    "});\n"
    "at.addGrant({ roomJoin: true, room });\n"
    "return at.toJwt();\n"
    "}\n"
)
PY_MINT = (
    "from datetime import timedelta\n"
    "from livekit import api\n"
    "def make(room: str) -> str:\n"
    "    token = api.AccessToken().with_identity('kiosk').with_grants(api.VideoGrants(room_join=True, room=room))\n"
    "%s\n"
    "    return token.to_jwt()\n"
)
GO_MINT = (
    "package main\n"
    'import ("time"; "github.com/livekit/protocol/auth")\n'
    "func make(key, secret, room string) (string, error) {\n"
    "  at := auth.NewAccessToken(key, secret)\n"
    '  at.SetVideoGrant(&auth.VideoGrant{RoomJoin: true, Room: room}).SetIdentity("kiosk")\n'
    "%s\n"
    "  return at.ToJWT()\n"
    "}\n"
)
KEY = "LIVEKIT_API_SECRET"

# The file, its text with %s for the line that is found and what stands above it, and that line.
CARRIERS: dict[str, tuple[str, str, str, str]] = {
    "a Python mint": ("app/tokens.py", PY_MINT, "    token = token.with_ttl(timedelta(days=2))", "LK301"),
    "a TypeScript mint": ("server/token.ts", MINT, "  ttl: '2d',", "LK301"),
    "a Go mint": ("main.go", GO_MINT, "  at.SetValidFor(48 * time.Hour)", "LK301"),
    "a script in a Vue page": ("src/App.vue", f"<script>\n{MINT}</script>\n", "  ttl: '2d',", "LK301"),
    "an environment file": (".env.production", "A=b\n%s\n", f"{KEY}={SECRET}", "LK101"),
    "an environment file with export": ("prod.env", "%s\n", f"export {KEY}='{SECRET}'", "LK101"),
    "YAML": ("deploy/app.yaml", "env:\n%s\n", f"  {KEY}: {SECRET}", "LK101"),
    "compose, as a list": (
        "compose.yaml",
        "services:\n  a:\n    environment:\n%s\n",
        f"      - {KEY}={SECRET}",
        "LK101",
    ),
    "a Dockerfile": ("Dockerfile", "FROM scratch\n%s\n", f"ENV {KEY}={SECRET}", "LK101"),
    "TOML": ("app.toml", "[livekit]\n%s\n", f'api_secret = "{SECRET}"', "LK101"),
    "INI": ("app.ini", "[livekit]\n%s\n", f"livekit_api_secret = {SECRET}", "LK101"),
    "properties": ("app.properties", "%s\n", f"livekit.api.secret={SECRET}", "LK101"),
    "a shell script": ("run.sh", "#!/bin/sh\n%s\n", f"export {KEY}={SECRET}", "LK101"),
    "a batch file": ("run.bat", "@echo off\n%s\n", f"set {KEY}={SECRET}", "LK101"),
    "PowerShell": ("run.ps1", "%s\n", f'${KEY} = "{SECRET}"', "LK101"),
    "Terraform": ("main.tf", "locals {\n%s\n}\n", f'  livekit_api_secret = "{SECRET}"', "LK101"),
    "SQL": ("seed.sql", "%s\n", f"set livekit_api_secret = '{SECRET}';", "LK101"),
    "Lua": ("config.lua", "%s\n", f"local {KEY} = '{SECRET}'", "LK101"),
    "XML": ("app.xml", "<settings>\n%s\n</settings>\n", f"  <{KEY}>{SECRET}</{KEY}>", "LK101"),
    "JSON with comments": ("settings.jsonc", "{\n%s\n}\n", f'  "{KEY}": "{SECRET}"', "LK101"),
    "HTML": ("index.html", "<html>\n%s\n</html>\n", f'<div data-livekit-api-secret="{SECRET}"></div>', "LK101"),
    "Markdown": ("README.md", "# Setup\n\n%s\n", f"{KEY}={SECRET}", "LK101"),
    "MDX": ("guide.mdx", "# Setup\n\n%s\n", f"{KEY}={SECRET}", "LK101"),
    "JSX": (
        "src/Setup.tsx",
        "export const Setup = () => <div>\n%s\n</div>;\n",
        f'  <LiveKitRoom livekitApiSecret={{"{SECRET}"}} />',
        "LK101",
    ),
    "a Helm template": ("templates/secret.yaml", "stringData:\n%s\n", f'  {KEY}: "{SECRET}"', "LK101"),
    "a Jinja template": ("env.j2", "%s\n", f"{KEY}={SECRET}", "LK101"),
    "LaTeX": ("manual.tex", "%s\n", f"{KEY}={SECRET}", "LK101"),
    "reStructuredText": ("setup.rst", "%s\n", f"{KEY}={SECRET}", "LK101"),
}
BEHIND = {
    "a Python mint": "  # {}",
    "a TypeScript mint": " // {}",
    "a Go mint": " // {}",
    "a script in a Vue page": " /* {} */",
    "an environment file": " # {}",
    "an environment file with export": "  # {}",
    "YAML": " # {}",
    "compose, as a list": " # {}",
    "TOML": "  # {}",
    "INI": " ; {}",
    "a shell script": " # {}",
    "a batch file": " & REM {}",
    "PowerShell": " <# {} #>",
    "Terraform": " /* {} */",
    "SQL": " -- {}",
    "Lua": " -- {}",
    "XML": " <!-- {} -->",
    "JSON with comments": " // {}",
    "HTML": " <!-- {} -->",
    "Markdown": " <!-- {} -->",
    "MDX": " {{/* {} */}}",
    "JSX": " {{/* {} */}}",
    "a Helm template": " {{{{/* {} */}}}}",
    "a Jinja template": " {{# {} #}}",
    "LaTeX": " % {}",
}
ABOVE = {
    "a Python mint": ["    # {}"],
    "a TypeScript mint": ["  // {}", "  /* {} */", "  /*\n   * {}\n   */", "  /** {} */"],
    "a Go mint": ["  // {}", "  /* {} */"],
    "a script in a Vue page": ["  // {}"],
    "an environment file": ["# {}"],
    "an environment file with export": ["### {}"],
    "YAML": ["  # {}", "# {}"],
    "compose, as a list": ["      # {}"],
    "a Dockerfile": ["# {}"],
    "TOML": ["# {}"],
    "INI": ["; {}", "# {}"],
    "properties": ["! {}", "# {}"],
    "a shell script": ["# {}"],
    "a batch file": ["REM {}", "rem {}", "@REM {}", ":: {}"],
    "PowerShell": ["# {}", "<# {} #>", "<#\n{}\n#>"],
    "Terraform": ["  # {}", "  // {}", "  /* {} */"],
    "SQL": ["-- {}", "/* {} */"],
    "Lua": ["-- {}"],
    "XML": ["  <!-- {} -->"],
    "JSON with comments": ["  // {}", "  /* {} */"],
    "HTML": ["<!-- {} -->", "<!--\n  {}\n-->"],
    "Markdown": ["<!-- {} -->", "[//]: # ({})", '[comment]: # "{}"'],
    "MDX": ["{{/* {} */}}", "<!-- {} -->"],
    "JSX": ["  {{/* {} */}}"],
    "a Helm template": ["  # {}", "  {{{{- /* {} */ -}}}}", "  {{{{/* {} */}}}}"],
    "a Jinja template": ["{{# {} #}}", "{{#- {} -#}}"],
    "LaTeX": ["% {}", "%% {}"],
    "reStructuredText": [".. {}"],
}


def scan(path: str, text: str, *, foreign: bool = False, now: float = NOW) -> Report:
    source = Source.from_text(path, text)
    report = scan_sources([source], RULES, Options(now=now), known_rules=RULES, honor_foreign_comments=foreign)
    assert not report.crashes
    return report


def of_rule(report: Report, rule: str) -> Finding:
    return next(finding for finding in report.findings if finding.rule_id == rule)


def suppression_notes(report: Report) -> list[str]:
    return [note.message for note in report.notes if note.kind == "suppression"]


def above_cases() -> list[tuple[str, str]]:
    return [(name, form) for name, forms in ABOVE.items() for form in forms]


@pytest.mark.parametrize("name", CARRIERS)
def test_every_kind_of_file_holds_the_finding_that_is_accepted_below(name: str) -> None:
    path, text, line, rule = CARRIERS[name]

    assert of_rule(scan(path, text % line), rule).suppressed is None


def test_no_kind_of_file_is_forgotten() -> None:
    assert set(ABOVE) == set(CARRIERS)
    # Their comments take whole lines.
    assert set(CARRIERS) - set(BEHIND) == {"a Dockerfile", "properties", "reStructuredText"}


@pytest.mark.parametrize("name", BEHIND)
def test_a_comment_behind_the_finding_accepts_it(name: str) -> None:
    path, text, line, rule = CARRIERS[name]
    bare = of_rule(scan(path, text % line), rule)

    report = scan(path, text % (line + BEHIND[name].format(HERE.format(rule=bare.rule_name))))
    accepted = of_rule(report, rule)

    assert accepted.suppressed
    assert accepted.suppressed.reason == REASON
    assert accepted.fingerprint == bare.fingerprint
    assert suppression_notes(report) == []


@pytest.mark.parametrize(("name", "form"), above_cases())
def test_a_comment_alone_above_the_finding_accepts_it(name: str, form: str) -> None:
    path, text, line, rule = CARRIERS[name]
    bare = of_rule(scan(path, text % line), rule)

    report = scan(path, text % f"{form.format(HERE.format(rule=rule))}\n{line}")
    accepted = of_rule(report, rule)

    assert accepted.suppressed
    assert accepted.suppressed.reason == REASON
    assert accepted.fingerprint == bare.fingerprint
    assert suppression_notes(report) == []


@pytest.mark.parametrize(("name", "form"), above_cases())
def test_a_comment_that_does_nothing_is_reported_in_every_syntax(name: str, form: str) -> None:
    path, text, line, rule = CARRIERS[name]

    def told(body: str, *, then: str = line) -> list[str]:
        return suppression_notes(scan(path, text % f"{form.format(body)}\n{then}"))

    assert told("lk-audit: ignore[wildcard-room] why") == [
        "this suppression is not needed: no finding of wildcard-room"
    ]
    assert told("lk-audit: ignore[wildcrad-room] why") == [
        'this suppression names no rule: wildcrad-room; did you mean "wildcard-room"?'
    ]
    assert told(f"lk-audit: ignore[{rule}] until=2026-05-31 why") == ["this suppression ended on 2026-05-31"]
    assert "cannot be read" in told("lk-audit: ignore wildcard-room")[0]


@pytest.mark.parametrize("name", CARRIERS)
def test_what_stands_in_no_comment_accepts_nothing(name: str) -> None:
    path, text, line, rule = CARRIERS[name]

    report = scan(path, text % f"x lk-audit: ignore[{rule}] why\n{line}")

    assert all(finding.suppressed is None for finding in report.findings)


def test_several_suppressions_may_stand_above_one_line() -> None:
    text = "# lk-audit: ignore[LK101] rotated on Monday\n# lk-audit: ignore[LK203] inside a tunnel\n"
    report = scan(".env", f"{text}{KEY}={SECRET}\nA=b\n")

    accepted = of_rule(report, "LK101").suppressed

    assert accepted
    assert (accepted.line, accepted.reason) == (1, "rotated on Monday")
    assert suppression_notes(report) == ["this suppression is not needed: no finding of LK203"]


def test_a_comment_in_front_of_code_is_of_its_own_line() -> None:
    line = f'  /* lk-audit: ignore[LK101] rotated */ "{KEY}": "{SECRET}",\n'
    report = scan("settings.jsonc", "{\n" + line + f'  "{KEY}2": "{SECRET}"\n' + "}\n")

    assert [finding.suppressed is not None for finding in report.findings if finding.place.line == 2] == [True]
    assert [finding.suppressed is None for finding in report.findings if finding.place.line == 3] in ([], [True])


def notebook(*lines: str) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": [f"{line}\n" for line in lines]}]}, indent=1)


def test_a_line_of_a_notebook_is_the_line_that_was_typed() -> None:
    line = f"{KEY} = '{SECRET}'"
    comment = '# lk-audit: ignore[LK101] the "old" one'
    bare = of_rule(scan("a.ipynb", notebook(line, "x = 1")), "LK101")

    for lines in [(f"{line}  {comment}", "x = 1"), (comment, line, "x = 1")]:
        report = scan("a.ipynb", notebook(*lines))
        accepted = of_rule(report, "LK101")
        assert accepted.suppressed
        assert accepted.suppressed.reason == 'the "old" one'
        assert accepted.fingerprint == bare.fingerprint
        assert suppression_notes(report) == []


def test_comments_for_others_count_in_notebooks_too() -> None:
    text = notebook("import os", "# pragma: allowlist nextline secret", f"{KEY} = '{SECRET}'", "x = 1")

    assert of_rule(scan("a.ipynb", text, foreign=True), "LK101").suppressed


def test_a_suppression_that_a_text_quotes_is_none() -> None:
    text = "Write `# lk-audit: ignore[LK101] why`, or `// lk-audit: ignore[nonsense]`.\n"

    assert suppression_notes(scan("docs/security.md", text)) == []


def test_a_comment_about_lk_audit_is_no_suppression() -> None:
    text = "# lk-audit: finds mistakes\n# lk-audit: see docs/security.md\n# lk-audit: ignored-things.md says more\n"

    assert suppression_notes(scan("README.md", text)) == []


@pytest.mark.parametrize(
    "line", ["/" * 20_000, "#" * 9_000 + " lk-audit: ignore[LK101]", "lk-audit:" * 1_000 + "#" * 900]
)
def test_strange_lines_take_no_time(line: str) -> None:
    began = datetime.now(tz=UTC)
    scan("a.txt", f"livekit\n{line}\n" * 20)

    assert (datetime.now(tz=UTC) - began).total_seconds() < 5


# --- comments for other scanners --------------------------------------------------------------------------------------

SECRET_LINE = f"{KEY} = '{SECRET}'"
FOREIGN = {
    "# gitleaks:allow": "gitleaks:allow",
    "# rotated gitleaks:allow": "gitleaks:allow",
    "# betterleaks:allow": "betterleaks:allow",
    "# trufflehog:ignore": "trufflehog:ignore",
    "# ggignore": "ggignore",
    "# pragma: allowlist secret": "pragma: allowlist secret",
    "# pragma: whitelist secret": "pragma: whitelist secret",
    "# nosec": "nosec",
    "# nosec B105": "nosec B105",
    "# nosec: B101, B105": "nosec: B101, B105",
}


@pytest.mark.parametrize(("comment", "reason"), FOREIGN.items())
def test_comments_for_other_scanners_count_when_asked_for(comment: str, reason: str) -> None:
    text = f"{SECRET_LINE}  {comment}\n"

    ignored = of_rule(scan("settings.py", text), "LK101")
    honored = of_rule(scan("settings.py", text, foreign=True), "LK101")

    assert ignored.suppressed is None
    assert honored.suppressed
    assert (honored.suppressed.reason, honored.suppressed.line) == (reason, 1)


def test_detect_secrets_may_speak_of_the_next_line() -> None:
    report = scan("settings.py", f"# pragma: allowlist nextline secret\n{SECRET_LINE}\n", foreign=True)

    accepted = of_rule(report, "LK101").suppressed

    assert accepted
    assert (accepted.line, accepted.reason) == (1, "pragma: allowlist nextline secret")


@pytest.mark.parametrize("comment", ["# nosec B101", "# nosec: assert_used", "# noseconds", "# gitleaks:allowed"])
def test_comments_that_speak_of_something_else_accept_nothing(comment: str) -> None:
    report = scan("settings.py", f"{SECRET_LINE}  {comment}\n", foreign=True)

    assert of_rule(report, "LK101").suppressed is None


def test_the_words_count_in_comments_only() -> None:
    report = scan("settings.py", f"{KEY} = '{SECRET}' if 'gitleaks:allow' else ''\n", foreign=True)

    assert all(finding.suppressed is None for finding in report.findings)


def test_a_word_on_secrets_accepts_nothing_else_on_its_line() -> None:
    path, text, line, rule = CARRIERS["a Python mint"]

    of_secrets = of_rule(scan(path, text % f"{line}  # gitleaks:allow", foreign=True), rule)
    of_anything = of_rule(scan(path, text % f"{line}  # nosec", foreign=True), rule)

    assert of_secrets.suppressed is None
    assert of_anything.suppressed


def test_our_own_comment_goes_before_those_of_others() -> None:
    text = f"# lk-audit: ignore[LK101] rotated\n{SECRET_LINE}  # gitleaks:allow\n"
    report = scan("settings.py", text, foreign=True)

    accepted = of_rule(report, "LK101").suppressed

    assert accepted
    assert accepted.reason == "rotated"
    assert suppression_notes(report) == []
