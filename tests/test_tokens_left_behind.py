"""LK205: which tokens are LiveKit's, and where they are left."""

from __future__ import annotations

import pytest

from lk_audit.findings import Finding
from lk_audit.rule_api import Confidence, Options
from lk_audit.rule_loader import load_builtin_rules
from lk_audit.scanning.pipeline import scan_sources
from lk_audit.source import Source
from lk_audit.testing import NOW

RULES = [rule for rule in load_builtin_rules() if rule.id == "LK205"]
TS = "import { Room } from 'livekit-client';\n"


def found(path: str, text: str, *others: Source) -> tuple[Finding, ...]:
    report = scan_sources([Source.from_text(path, text), *others], RULES, Options(now=NOW))
    assert not report.crashes
    return report.open_findings


@pytest.mark.parametrize(
    "text",
    [
        "export const go = (livekitToken) => localStorage.setItem('t', livekitToken);",
        "export const go = (token) => window.sessionStorage.setItem('livekit_token', token);",
        "export const go = (livekitToken) => { localStorage.room = livekitToken; };",
        "export const go = (roomToken) => AsyncStorage.setItem('s', JSON.stringify({ roomToken }));",
    ],
)
def test_a_token_in_the_storage_is_found_by_its_name(text: str) -> None:
    assert [item.confidence for item in found("src/join.tsx", f"{TS}{text}\n")] == [Confidence.MEDIUM]


@pytest.mark.parametrize(
    "text",
    [
        "export async function go(u, token) { localStorage.setItem('t', token); await new Room().connect(u, token); }",
        (
            "export async function go() { const d = await (await fetch('/api/details')).json();\n"
            " localStorage.setItem('t', d.participantToken); }"
        ),
        (
            "export async function go() { const r = await fetch('/livekit/token');\n const { token } = await r.json();"
            " localStorage.setItem('token', token); }"
        ),
        (
            "export function Page() { const [token, setToken] = useState('');\n"
            " const enter = async () => { const t = await ask(); setToken(t); localStorage.setItem('t', t); };\n"
            " return <LiveKitRoom token={token} />; }"
        ),
    ],
)
def test_a_token_in_the_storage_is_found_by_its_way(text: str) -> None:
    assert [item.confidence for item in found("src/join.tsx", f"{TS}{text}\n")] == [Confidence.HIGH]


@pytest.mark.parametrize(
    "text",
    [
        "export const go = (router, livekitToken) => router.push('/room?token=' + livekitToken);",
        "export const go = (router, lkToken) => router.push(`/room?id=1&token=${encodeURIComponent(lkToken)}`);",
        "export const go = (livekitToken) => { window.location.href = `/room?token=${livekitToken}`; };",
        "export const go = (router, livekitToken) => { const to = `/r?token=${livekitToken}`; router.replace(to); };",
        (
            "export const go = (router, livekitToken) => { const p = new URLSearchParams({ token: livekitToken });\n"
            " router.push(`/room?${p.toString()}`); };"
        ),
        (
            "export const go = (lkToken) => { const u = new URL(base); u.searchParams.set('token', lkToken);\n"
            " window.location.href = u; };"
        ),
        "export const go = (router, livekitToken) => router.push({ pathname: '/r', query: { token: livekitToken } });",
        "export const G = ({ livekitToken }) => <a href={`/room?token=${livekitToken}`}>go</a>;",
        "export const go = (token) => window.open(`https://meet.livekit.io/custom?liveKitUrl=${u}&token=${token}`);",
    ],
)
def test_a_token_in_a_page_address_is_found(text: str) -> None:
    assert len(found("src/join.tsx", f"{TS}{text}\n")) == 1


def test_a_token_minted_in_another_file_is_found_in_an_address() -> None:
    mint = Source.from_text(
        "server/mint.ts",
        "import { AccessToken } from 'livekit-server-sdk';\n"
        "export async function mint() { const at = new AccessToken(); return await at.toJwt(); }\n",
    )
    text = (
        "import { mint } from './mint';  // livekit\n"
        "app.get('/j', async (req, res) => { const jwt = await mint(); res.redirect(`/room?token=${jwt}`); });\n"
    )

    assert [item.place.path for item in found("server/join.ts", text, mint)] == ["server/join.ts"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "export async function login() { const { token } = await (await fetch('/api/login')).json();\n"
            " localStorage.setItem('token', token); }",
            id="the token of a login",
        ),
        pytest.param(
            "export const login = (auth) => { const token = auth.token; localStorage.setItem('token', token); };\n"
            "export const go = (u, roomToken) => new Room().connect(u, roomToken);",
            id="a login beside a room",
        ),
        pytest.param("export const go = (bulkToken) => localStorage.setItem('t', bulkToken);", id="part of a word"),
        pytest.param("localStorage.setItem('livekit_token', '');", id="nothing kept"),
        pytest.param("localStorage.setItem('livekit_url', url);", id="an address kept"),
        pytest.param("export const go = (livekitToken) => fetch(`/api?token=${livekitToken}`);", id="a request"),
        pytest.param(
            "export const go = (livekitToken) => new WebSocket(`wss://x/rtc?access_token=${livekitToken}`);",
            id="the connection itself",
        ),
        pytest.param("export const go = (list, livekitToken) => list.push(livekitToken);", id="a list"),
        pytest.param("export const go = (r, inviteToken) => r.push(`/i?token=${inviteToken}`);", id="an invitation"),
    ],
)
def test_other_tokens_and_other_places_are_left_alone(text: str) -> None:
    assert found("src/join.tsx", f"{TS}{text}\n") == ()


def test_tests_are_left_alone() -> None:
    text = f"{TS}export const go = (livekitToken) => localStorage.setItem('t', livekitToken);\n"

    assert found("tests/join.test.ts", text) == ()
