"""LK204: the development token server in shipped code, and what keeps it apart."""

from __future__ import annotations

import pytest

from lk_audit.findings import Finding
from lk_audit.rule_api import Confidence, Options
from lk_audit.rule_loader import load_builtin_rules
from lk_audit.scanning.pipeline import scan_sources
from lk_audit.source import Source
from lk_audit.testing import NOW

RULES = [rule for rule in load_builtin_rules() if rule.id == "LK204"]
TS = "import { TokenSource } from 'livekit-client';\n"
SERVER = "TokenSource.sandboxTokenServer('abc')"
OWN = "TokenSource.endpoint('/api/token')"


def found(path: str, text: str, *others: Source) -> tuple[Finding, ...]:
    report = scan_sources([Source.from_text(path, text), *others], RULES, Options(now=NOW))
    assert not report.crashes
    return report.open_findings


@pytest.mark.parametrize(
    "text",
    [
        f"export const s = {SERVER};",
        "export const s = TokenSource.developmentTokenServer(config.tokenServerId);",
        f"export const s = process.env.NODE_ENV === 'production' ? {SERVER} : {OWN};",
        f"export const s = import.meta.env.PROD && {SERVER};",
        f"function sandboxSource() {{ return {SERVER}; }}\nexport const s = sandboxSource();",
        (
            "export function s() {\n const id = import.meta.env.VITE_SANDBOX_ID;\n if (!id) throw new Error('no id');\n"
            " return TokenSource.developmentTokenServer(id);\n}"
        ),
        "let s;\nif (typeof TokenSource.sandboxTokenServer === 'function') s = TokenSource.sandboxTokenServer(env.id);",
        (
            "const BASE = 'https://cloud-api.livekit.io';\n"
            "export const go = () => fetch(`${BASE}/api/v2/sandbox/connection-details`);"
        ),
    ],
)
def test_the_development_server_is_found_where_nothing_keeps_it_apart(text: str) -> None:
    assert len(found("src/room.ts", f"{TS}{text}\n")) == 1


@pytest.mark.parametrize(
    "text",
    [
        f"export const s = import.meta.env.DEV ? {SERVER} : {OWN};",
        f"export const s = process.env.NODE_ENV !== 'production' ? {SERVER} : {OWN};",
        f"export const s = __DEV__ && {SERVER};",
        f"const dev = import.meta.env.DEV;\nexport const s = !dev ? {OWN} : {SERVER};",
        f"const isProduction = process.env.APP_ENV === 'prod';\nexport const s = isProduction ? {OWN} : {SERVER};",
        f"export function s() {{\n if (process.env.NODE_ENV === 'production') return {OWN};\n return {SERVER};\n}}",
        (
            "export function s() {\n if (process.env.NODE_ENV === 'production') { throw new Error('no'); }\n"
            f" return {SERVER};\n}}"
        ),
        f"if (import.meta.env.PROD) {{ throw new Error('no'); }}\nexport function s() {{ return {SERVER}; }}",
        f"const trial = {SERVER};\nexport const s = import.meta.env.DEV ? trial : {OWN};",
        f"function source() {{ return {SERVER}; }}\nexport const s = import.meta.env.DEV ? source() : {OWN};",
    ],
)
def test_a_condition_on_development_keeps_it_apart(text: str) -> None:
    assert found("src/room.ts", f"{TS}{text}\n") == ()


@pytest.mark.parametrize(
    "text",
    [
        f"export const s = process.env.NEXT_PUBLIC_SANDBOX_ID ? {SERVER} : {OWN};",
        f"export const s = (tokenServerId) => tokenServerId ? {SERVER} : {OWN};",
        f"export function s(sandboxId) {{\n if (!sandboxId) return {OWN};\n return {SERVER};\n}}",
    ],
)
def test_an_id_that_somebody_has_to_set_keeps_it_apart(text: str) -> None:
    assert found("src/room.ts", f"{TS}{text}\n") == ()


def test_a_function_of_another_file_is_judged_by_who_calls_it() -> None:
    helper = Source.from_text("src/source.ts", f"{TS}export function source() {{ return {SERVER}; }}\n")
    guarded = f"{TS}import {{ source }} from './source';\nexport const s = import.meta.env.DEV ? source() : {OWN};\n"
    open_ = f"{TS}import {{ source }} from './source';\nexport const s = source();\n"

    assert found("src/room.ts", guarded, helper) == ()
    assert [item.place.path for item in found("src/room.ts", open_, helper)] == ["src/source.ts"]


@pytest.mark.parametrize(
    "path",
    ["tests/room.test.ts", "docs/room.ts", "examples/room.ts", "dev/room.ts", "src/Room.stories.ts", ".storybook/a.ts"],
)
def test_files_that_are_not_shipped_may_use_it(path: str) -> None:
    assert found(path, f"{TS}export const s = {SERVER};\n") == ()


@pytest.mark.parametrize(
    "text",
    [
        '"""Uses https://cloud-api.livekit.io/api/v2/sandbox/connection-details in development."""\n',
        "import requests\n# livekit\nrequests.post(OWN, headers={'X-Sandbox-ID': 'abc'}, timeout=5)\n",
        "from e2b import Sandbox  # livekit\nSandbox.create(template='base')\n",
    ],
)
def test_a_mention_and_other_sandboxes_are_left_alone(text: str) -> None:
    assert found("app.py", text) == ()


def test_an_id_that_is_written_down_is_surer_than_one_that_is_configured() -> None:
    written = found("src/room.ts", f"{TS}export const s = {SERVER};\n")
    configured = found("src/room.ts", f"{TS}export const s = TokenSource.sandboxTokenServer(env.id);\n")

    assert [item.confidence for item in (*written, *configured)] == [Confidence.HIGH, Confidence.MEDIUM]


@pytest.mark.parametrize("name", ["DevelopmentTokenSource", "SandboxTokenSource"])
def test_the_class_of_such_a_source_asks_nobody_but_what_makes_one_does(name: str) -> None:
    address = "https://cloud-api.livekit.io/api/v2/sandbox/connection-details"
    own = f'struct {name} {{\n  let id: String\n  let url = URL(string: "{address}")!\n}}\n'

    assert not found("Sources/Tokens.swift", f"import LiveKit\n{own}")
    assert len(found("Sources/Tokens.swift", f'import LiveKit\n{own}let source = {name}(id: "abc")\n')) == 1
    assert len(found("Sources/Tokens.swift", f"import LiveKit\n{own.replace(name, 'Tokens')}")) == 1
