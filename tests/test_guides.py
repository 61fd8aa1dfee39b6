"""The guides show files that are scanned, all of them, and nothing is found."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path

import pytest

from lk_audit.api import scan
from lk_audit.rule_loader import load_builtin_rules

ROOT = Path(__file__).parent.parent
GUIDES = ROOT / "docs" / "guides"
PROJECTS = ROOT / "tests" / "fixtures" / "projects"
PAGES = {"README": "guide_client_clean"} | {
    name: f"guide_{name}_clean" for name in ("fastapi", "flask", "nextjs", "express")
}
FENCES = {".py": "python", ".ts": "ts", ".tsx": "tsx", ".js": "js", ".example": "sh"}
FILES = [
    (page, path)
    for page, project in PAGES.items()
    for path in sorted((PROJECTS / project).rglob("*"))
    if path.suffix in FENCES
]


def test_there_is_a_guide_for_every_page_and_no_other() -> None:
    assert {path.stem for path in GUIDES.glob("*.md")} == set(PAGES)


@pytest.mark.parametrize(("page", "path"), FILES, ids=lambda value: value if isinstance(value, str) else value.name)
def test_a_guide_shows_its_files_as_they_are_scanned(page: str, path: Path) -> None:
    name = path.relative_to(PROJECTS / PAGES[page]).as_posix()
    text = (GUIDES / f"{page}.md").read_text(encoding="utf-8")
    shown = re.search(rf"^`{re.escape(name)}`:.*?^```{FENCES[path.suffix]}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)

    assert shown is not None
    assert shown[1] == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_a_guide_shows_no_code_that_is_not_scanned(page: str) -> None:
    text = (GUIDES / f"{page}.md").read_text(encoding="utf-8")

    assert text.count("\n```\n") == sum(name == page for name, _ in FILES)


@pytest.mark.parametrize("project", PAGES.values())
def test_every_rule_finds_nothing_and_every_file_is_read(project: str) -> None:
    report = scan(PROJECTS / project, select="all", isolated=True, packs=False)

    assert {rule.id for rule in report.rules} == {rule.id for rule in load_builtin_rules()}
    assert report.findings == ()
    assert report.notes == ()
    assert report.is_complete
    assert report.analysed > 1


ROUTE = "app/api/rooms/[room]/token/route.ts"
NOT_YOUR_ROOM = '    if role is None:\n        raise HTTPException(403, "not your room")\n'
IMPORT = "import { useState } from 'react';"
SLIPS = [
    ("LK601", "fastapi", [("main.py", "Depends(caller)", "Query()"), ("main.py", NOT_YOUR_ROOM, "")]),
    (
        "LK601",
        "flask",
        [("calls.py", "@login_required\n", ""), ("calls.py", "    if role is None:\n        abort(403)\n", "")],
    ),
    ("LK601", "express", [("app.js", "requireUser, async", "async")]),
    ("LK601", "nextjs", [(ROUTE, "await auth()", "{ user: await _request.json() }")]),
    (
        "LK201",
        "nextjs",
        [
            ("lib/livekit.ts", "import 'server-only';\n", ""),
            ("components/Call.tsx", IMPORT, f"{IMPORT}\nimport {{ participantToken }} from '@/lib/livekit';"),
            (
                "components/Call.tsx",
                "return answer.json()",
                "return { url: '', token: await participantToken('a', room, true) }",
            ),
        ],
    ),
    ("LK301", "fastapi", [("tokens.py", "minutes=10", "hours=10")]),
    ("LK302", "nextjs", [("lib/livekit.ts", "    ttl: '10m',\n", "")]),
    ("LK401", "flask", [("tokens.py", "        can_publish_data=speaks,\n", "        room_admin=True,\n")]),
    ("LK403", "express", [("tokens.js", "    room,\n", "")]),
]


@pytest.mark.parametrize(("rule", "project", "edits"), SLIPS, ids=[f"{slip[1]}-{slip[0]}" for slip in SLIPS])
def test_without_one_of_its_measures_a_guide_is_found_out(
    tmp_path: Path, rule: str, project: str, edits: list[tuple[str, str, str]]
) -> None:
    shutil.copytree(PROJECTS / f"guide_{project}_clean", tmp_path / "copy")
    for name, before, after in edits:
        file = tmp_path / "copy" / name
        text = file.read_text(encoding="utf-8")
        assert before in text
        file.write_text(text.replace(before, after), encoding="utf-8")

    assert rule in {item.rule_id for item in scan(tmp_path / "copy", select="all", isolated=True, packs=False).findings}


@pytest.mark.parametrize("path", [path for _, path in FILES if path.suffix == ".py"], ids=lambda path: path.name)
def test_the_python_of_the_guides_is_python_and_imports_what_is_there(path: Path) -> None:
    beside = {file.stem for file in path.parent.glob("*.py")}
    required = (path.parent / "requirements.txt").read_text().replace("-", "_").splitlines()
    packages = {re.split(r"\W", line)[0] for line in required} | {"livekit", "jwt"}
    imported = {
        (node.module or "").split(".")[0] if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }

    assert imported <= beside | packages | {"contextlib", "datetime", "functools", "os", "sqlite3", "typing"}


# --- links ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "page",
    [*GUIDES.glob("*.md"), *(ROOT / "docs" / name for name in ("rotating-a-key.md", "rule-packs.md", "api.md"))],
    ids=lambda path: path.name,
)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith("https://")]

    for link in links:
        target, _, anchor = link.partition("#")
        file = page.parent / target
        assert file.exists(), link
        if anchor:
            assert anchor in anchors(file.read_text(encoding="utf-8")), link


def anchors(text: str) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_page_on_rotating_a_key_holds_no_secret() -> None:
    report = scan(ROOT / "docs" / "rotating-a-key.md", select="all", isolated=True, packs=False)

    assert report.findings == ()
