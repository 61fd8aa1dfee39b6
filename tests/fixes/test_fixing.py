"""Rounds of fixes, each checked by a scan of what comes out."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from msgspec.structs import replace

from lk_audit.edits import Edit, Fix
from lk_audit.findings import Report
from lk_audit.fixing import Observe, Scan, plan
from lk_audit.rule_api import Options
from lk_audit.rule_loader import load_rules
from lk_audit.scanning.pipeline import scan_sources
from lk_audit.source import Source
from tests.samples import SECRET

RULES = load_rules(packs=False).rules
LONG = (
    "import {{ AccessToken }} from 'livekit-server-sdk';\n\nexport function mint(identity, room) {{\n"
    "  const at = new AccessToken(process.env.K, {secret}, {{ identity, ttl: '24h' }});\n"
    "  at.addGrant({{ roomJoin: true, room }});\n  return at.toJwt();\n}}\n"
)
TEXT = LONG.format(secret="process.env.S")


def scanner(*files: tuple[str, str], spoil: Fix | None = None) -> Scan:
    """A scan of texts, always of all; `spoil` takes the place of every fix that it finds."""

    def scan(edited: Mapping[str, Source], observe: Observe, _: Collection[str] | None = None) -> Report:
        sources = [edited.get(path) or Source.from_text(path, text) for path, text in files]
        report = scan_sources(sources, RULES, Options(), observe=observe)
        if spoil is None:
            return report
        return replace(report, findings=tuple(replace(item, automatic=spoil) for item in report.findings))

    return scan


def test_what_is_left_is_reported_after_the_fixes() -> None:
    made = plan(scanner(("a.js", LONG.format(secret=f"'{SECRET}'"))), unsafe=False)

    assert made.fixed == 1
    assert [item.rule_name for item in made.report.open_findings] == ["leaked-api-secret"]
    assert made.unsafe_left == 1
    assert made.after["a.js"].text == LONG.format(secret=f"'{SECRET}'").replace("24h", "1h")


def test_unsafe_fixes_are_made_when_asked_for() -> None:
    made = plan(scanner(("a.js", LONG.format(secret=f"'{SECRET}'"))), unsafe=True)

    assert (made.fixed, made.unsafe_left) == (2, 0)
    assert SECRET not in made.after["a.js"].text


def test_a_diff_shows_the_change_and_no_secret() -> None:
    made = plan(scanner(("a.js", LONG.format(secret=f"'{SECRET}'"))), unsafe=True)

    assert made.diff.startswith("--- a/a.js\n+++ b/a.js\n@@ -1,7 +1,7 @@\n")
    assert "-  const at = new AccessToken(process.env.K, 'q7Zp•" in made.diff
    assert "+  const at = new AccessToken(process.env.K, process.env.LIVEKIT_API_SECRET, {" in made.diff
    assert SECRET not in made.diff


def test_a_diff_masks_the_secrets_of_lines_that_stay_and_come_too() -> None:
    made = plan(scanner(("a.js", LONG.format(secret="'\\x6bitchen-\\x70arty'"))), unsafe=False)

    assert "24h" in made.diff
    assert "itchen" not in made.diff
    assert "arty" not in made.diff


def test_a_file_without_a_line_break_at_its_end_is_shown_whole() -> None:
    made = plan(scanner(("a.env", "LIVEKIT_URL=ws://live.acme.io")), unsafe=True)

    assert made.diff == (
        "--- a/a.env\n+++ b/a.env\n@@ -1 +1 @@\n-LIVEKIT_URL=ws://live.acme.io\n+LIVEKIT_URL=wss://live.acme.io\n"
    )


def test_a_fix_that_takes_no_finding_away_is_undone() -> None:
    source = Source.from_text("a.js", TEXT)
    useless = Fix("Do nothing", (Edit(source.place(0, 0), "// hello\n"),), is_safe=True)

    made = plan(scanner(("a.js", TEXT), spoil=useless), unsafe=True)

    assert (made.fixed, made.after, made.diff) == (0, {}, "")


def test_a_fix_that_breaks_the_syntax_is_undone() -> None:
    source = Source.from_text("a.js", TEXT)
    start = TEXT.index("'24h'")
    breaking = Fix("Break it", (Edit(source.place(start, start + 5), "'1h' }} )("),), is_safe=True)

    assert plan(scanner(("a.js", TEXT), spoil=breaking), unsafe=True).after == {}


def test_the_fixes_of_other_files_are_made_beside_one_that_is_undone() -> None:
    source = Source.from_text("a.js", TEXT)
    useless = Fix("Do nothing", (Edit(source.place(0, 0), "// hello\n"),), is_safe=True)
    whole = scanner(("a.js", TEXT), ("b.js", TEXT))

    def scan(edited: Mapping[str, Source], observe: Observe, _: Collection[str] | None = None) -> Report:
        report = whole(edited, observe)
        spoiled = (replace(item, automatic=useless) if item.place.path == "a.js" else item for item in report.findings)
        return replace(report, findings=tuple(spoiled))

    made = plan(scan, unsafe=False)

    assert made.fixed == 1
    assert list(made.after) == ["b.js"]


MANY = (
    "from livekit import api\n\n\ndef one(user, room):\n"
    "    grants = api.VideoGrants(room_join=True, room=room, can_publish=False)\n"
    "    return api.AccessToken().with_identity(user).with_grants(grants).to_jwt()\n\n\ndef two(user, room):\n"
    "    grants = api.VideoGrants(roomJoin=True, room=room)\n"
    "    return api.AccessToken().with_identity(user).with_grants(grants).to_jwt()\n"
)
"""A file with a fix that brings another finding: only with its right name a token joins, and lacks a lifetime."""


def test_a_finding_that_a_fix_brings_to_light_is_fixed_with_it() -> None:
    made = plan(scanner(("a.py", MANY)), unsafe=False)

    assert not made.report.open_findings
    assert made.undone == 0
    assert made.fixed == 3
    assert made.after["a.py"].text.count("with_ttl(timedelta(hours=1))") == 2
    assert "roomJoin" not in made.after["a.py"].text


def test_a_fix_that_does_not_hold_leaves_those_of_other_rules_in_its_file_alone() -> None:
    source = Source.from_text("a.py", MANY)
    useless = Fix("Do nothing", (Edit(source.place(0, 0), "# hello\n"),), is_safe=True)
    right = scanner(("a.py", MANY))

    def scan(edited: Mapping[str, Source], observe: Observe, _: Collection[str] | None = None) -> Report:
        report = right(edited, observe)
        findings = (
            replace(item, automatic=useless) if item.rule_name == "unknown-grant" else item for item in report.findings
        )
        return replace(report, findings=tuple(findings))

    made = plan(scan, unsafe=False)

    assert {item.rule_name for item in made.report.open_findings} == {"unknown-grant"}
    assert "can_publish_data=False" in made.after["a.py"].text
    assert "with_ttl(timedelta(hours=1))" in made.after["a.py"].text
    assert made.undone == 1


def test_accepted_findings_are_left_alone() -> None:
    accepted = TEXT.replace("'24h' });", "'24h' }); // lk-audit: ignore[excessive-ttl] kiosks")

    assert plan(scanner(("a.js", accepted)), unsafe=True).after == {}


def test_a_public_name_is_replaced_at_both_ends_at_once() -> None:
    name = "NEXT_PUBLIC_LIVEKIT_API_SECRET"
    server = f"import os\n\nLIVEKIT = os.environ['{name}']\n"

    made = plan(scanner((".env", f"{name}=x\nOTHER_{name}=y\n"), ("a.py", server)), unsafe=True)

    assert made.after[".env"].text == f"LIVEKIT_API_SECRET=x\nOTHER_{name}=y\n"
    assert made.after["a.py"].text == server.replace(name, "LIVEKIT_API_SECRET")


def test_a_public_name_that_a_client_reads_is_left_to_a_person() -> None:
    name = "NEXT_PUBLIC_LIVEKIT_API_SECRET"
    client = f"'use client';\nexport const secret = process.env.{name};\n"

    assert plan(scanner((".env", f"{name}=x\n"), ("a.tsx", client)), unsafe=True).after == {}


def test_a_default_in_a_compose_file_is_dropped() -> None:
    text = "services:\n  api:\n    environment:\n      LIVEKIT_API_SECRET: ${{LIVEKIT_API_SECRET{}}}\n"

    made = plan(scanner(("docker-compose.yml", text.format(f":-{SECRET}"))), unsafe=True)

    assert made.after["docker-compose.yml"].text == text.format("")


def test_a_notebook_is_read_and_not_rewritten() -> None:
    code = "from livekit import api\ngrants = api.VideoGrants(room_join=True)\n"
    code += "token = api.AccessToken().with_identity('x').with_grants(grants).to_jwt()\n"
    cell = {"cell_type": "code", "metadata": {}, "source": code.splitlines(keepends=True), "outputs": []}
    text = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)

    made = plan(scanner(("a.ipynb", text)), unsafe=True)

    assert [item.rule_name for item in made.report.open_findings]
    assert made.after == {}
