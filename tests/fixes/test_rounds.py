"""Rounds of fixes look again at what they changed only, and come to what scans of everything come to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from lk_audit.cli import fix
from lk_audit.configuration.layers import Asked
from lk_audit.extractors.context import FileContext, Workspace
from lk_audit.extractors.secrets import pairing
from lk_audit.facts import Fact
from lk_audit.findings import Report
from lk_audit.fixing import Observe, Plan, Scan, plan
from lk_audit.scanning import preparation
from lk_audit.source import Source

MINT = (
    "import {{ AccessToken }} from 'livekit-server-sdk';\nimport {{ TTL }} from './settings';\n\n"
    "export function mint{0}(identity, room) {{\n"
    "  const at = new AccessToken(process.env.K, process.env.S, {{ identity, ttl: {1} }});\n"
    "  at.addGrant({{ roomJoin: true, room, canPublishh: false }});\n  return at.toJwt();\n}}\n"
)
SERVER = (
    "from livekit import api\n\n\ndef one(user, room):\n"
    "    grants = api.VideoGrants(room_join=True, room=room, can_publish=False)\n"
    "    return api.AccessToken().with_identity(user).with_grants(grants).to_jwt()\n\n\ndef two(user, room):\n"
    "    grants = api.VideoGrants(roomJoin=True, room=room)\n"
    "    return api.AccessToken().with_identity(user).with_grants(grants).to_jwt()\n"
)
FILES = {
    "settings.js": "export const TTL = '24h';\nexport const SECRET = process.env.LIVEKIT_API_SECRET || 'devsecret';\n",
    "a.js": MINT.format("A", "TTL"),
    "b.js": MINT.format("B", "'30h'"),
    "c.js": "import { SECRET } from './settings';\nimport { AccessToken } from 'livekit-server-sdk';\n\n"
    "export const mint = (identity) => new AccessToken(process.env.K, SECRET, { identity, ttl: '10m' });\n",
    "far/away.js": "import { AccessToken } from 'livekit-server-sdk';\n\n"
    "export const mint = (room) => new AccessToken(process.env.K, process.env.S, { identity: 'x', ttl: '10m' });\n",
    "server.py": SERVER,
    ".env": "LIVEKIT_URL=ws://live.acme.io\n",
}


@pytest.fixture
def scan(tmp_path: Path) -> Scan:
    return scan_in(tmp_path, FILES)


def scan_in(folder: Path, files: Mapping[str, str]) -> Scan:
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    setup = preparation.set_up([str(folder)], Asked(None, True, {}), packs=False, jobs=1)
    return fix.scan_of(setup, lambda report: report)


def of_all(scan: Scan) -> Scan:
    """The same scan, always of everything."""

    def whole(edited: Mapping[str, Source], observe: Observe, _: Collection[str] | None = None) -> Report:
        return scan(edited, observe)

    return whole


def outcome(made: Plan) -> object:
    return made.fixed, made.undone, made.diff, made.report.findings, made.report.notes


@pytest.mark.parametrize("unsafe", [False, True])
def test_the_outcome_is_that_of_scans_of_everything(scan: Scan, *, unsafe: bool) -> None:
    made = plan(scan, unsafe=unsafe)

    assert made.fixed > 2
    assert outcome(made) == outcome(plan(of_all(scan), unsafe=unsafe))


def test_what_is_fixed_in_one_round_takes_one_scan_more(tmp_path: Path) -> None:
    """Where a first round leaves nothing to fix, its scan is of everything, and none has to confirm it."""
    scan = scan_in(tmp_path, {"b.js": MINT.format("B", "'30h'").replace(", canPublishh: false", "")})
    looks: list[Collection[str] | None] = []

    def noting(edited: Mapping[str, Source], observe: Observe, again: Collection[str] | None = None) -> Report:
        looks.append(again)
        return scan(edited, observe, again)

    made = plan(noting, unsafe=False)

    assert made.fixed == 1
    assert looks == [None, None]


def test_files_that_no_fix_concerns_are_analysed_at_the_beginning_and_the_end(
    scan: Scan, monkeypatch: pytest.MonkeyPatch
) -> None:
    analysed: list[str] = []
    contexts = Workspace.contexts

    def noting(workspace: Workspace, path: str) -> tuple[FileContext, ...]:
        analysed.append(path)
        return contexts(workspace, path)

    monkeypatch.setattr(Workspace, "contexts", noting)

    made = plan(scan, unsafe=True)

    assert made.fixed > 2
    assert analysed.count("far/away.js") == 3, "a first round that looked like the only one is a scan of everything"
    assert analysed.count("server.py") > 2
    assert analysed.count("c.js") == 3, "its facts lie in a file that is fixed"


def test_where_all_files_together_fail_each_is_analysed_in_every_round(
    scan: Scan, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = plan(scan, unsafe=True)
    paired = pairing.paired

    def alone(facts: Sequence[Fact], sources: Sequence[Source]) -> list[Fact]:
        if len(sources) > 1:
            raise RuntimeError
        return paired(facts, sources)

    monkeypatch.setattr(pairing, "paired", alone)

    made = plan(scan, unsafe=True)

    assert (made.fixed, made.diff) == (expected.fixed, expected.diff)
    assert made.report.crashes


def test_where_the_last_scan_finds_something_else_every_round_is_a_scan_of_everything(scan: Scan) -> None:
    quick: list[bool] = []

    def forgetful(edited: Mapping[str, Source], observe: Observe, again: Collection[str] | None = None) -> Report:
        report = scan(edited, observe)
        quick.append(again is not None)
        return replace(report, findings=report.findings[:1]) if again is not None else report

    made = plan(forgetful, unsafe=True)

    assert outcome(made) == outcome(plan(of_all(scan), unsafe=True))
    assert quick[-2:] == [False, False]
