"""LK104: which end-to-end encryption keys are written down."""

from __future__ import annotations

import pytest

from lk_audit.findings import Finding
from lk_audit.reporters import REPORTERS, Presentation, render
from lk_audit.rule_api import Confidence, Options, Severity
from lk_audit.rule_loader import load_builtin_rules
from lk_audit.scanning.pipeline import scan_sources
from lk_audit.source import Source
from lk_audit.testing import NOW

RULES = [rule for rule in load_builtin_rules() if rule.id == "LK104"]
KEY = "tangerine-" + "lamp-seven"
PY = "from livekit import rtc\n"
JS = "import { ExternalE2EEKeyProvider } from 'livekit-client';\n"
PROVIDER = f"{JS}const provider = new ExternalE2EEKeyProvider();\n"


def found(path: str, text: str) -> tuple[Finding, ...]:
    report = scan_sources([Source.from_text(path, text)], RULES, Options(now=NOW))
    assert not report.crashes
    return report.open_findings


@pytest.mark.parametrize(
    "text",
    [
        f'o = rtc.KeyProviderOptions(shared_key=b"{KEY}")',
        f'o = rtc.E2EEOptions()\no.key_provider_options.shared_key = b"{KEY}"',
        f'async def f(room):\n    room.e2ee_manager.key_provider.set_shared_key(key_index=0, key=b"{KEY}")',
        f'def f(room):\n    room.e2ee_manager.key_provider.set_key("alice", b"{KEY}", 0)',
        f'import os\nK = os.getenv("ROOM_KEY", "{KEY}").encode()\no = rtc.KeyProviderOptions(shared_key=K)',
        'o = rtc.KeyProviderOptions(shared_key=bytes.fromhex("00112233445566778899aabbccddeeff"))',
        'import base64\nK = base64.b64decode("Y29ycmVjdC1ob3JzZQ==")\no = rtc.KeyProviderOptions(shared_key=K)',
    ],
)
def test_a_key_in_python_is_found_however_it_is_set(text: str) -> None:
    assert len(found("worker.py", PY + text + "\n")) == 1


@pytest.mark.parametrize(
    "text",
    [
        f"{PROVIDER}provider.setKey('{KEY}');",
        f"{PROVIDER}provider.setSharedKey('{KEY}', 0);",
        f"{PROVIDER}provider.setKey(userKey ?? '{KEY}');",
        f"{PROVIDER}const k = new TextEncoder().encode('{KEY}');\nprovider.setKey(k.buffer);",
        f"{PROVIDER}provider.setKey(new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]).buffer);",
        f"{PROVIDER}provider.setKey(import.meta.env.VITE_CALL_KEY);",
        f"{JS}const kp = useMemo(() => new ExternalE2EEKeyProvider(), []);\nkp.setKey('{KEY}');",
        f"{JS}const kp = useRef(new ExternalE2EEKeyProvider());\nkp.current.setKey('{KEY}');",
        f"{JS}class E {{ p = new ExternalE2EEKeyProvider(); go() {{ this.p.setKey('{KEY}'); }} }}",
        f"import {{ useRNE2EEManager }} from '@livekit/react-native';\nuseRNE2EEManager({{ sharedKey: '{KEY}' }});",
        (
            f"import {{ useSession }} from '@livekit/components-react';\n"
            f"const o = {{ encryption: {{ worker, key: '{KEY}' }} }};\nuseSession(source, o);"
        ),
        (
            f"import {{ Room }} from '@livekit/rtc-node';\n"
            f"room.connect(u, t, {{ e2ee: {{ keyProviderOptions: {{ sharedKey: Buffer.from('{KEY}') }} }} }});"
        ),
        (
            f"import {{ Room }} from '@livekit/rtc-node';\n"
            f"export const f = (r: Room) => r.e2eeManager.keyProvider.setKey('a', Buffer.from('{KEY}'), 0);"
        ),
    ],
)
def test_a_key_in_typescript_is_found_however_it_is_set(text: str) -> None:
    assert len(found("src/call.tsx", text + "\n")) == 1


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{PROVIDER}provider.setKey(await fetchKey(room));", id="a key fetched at run time"),
        pytest.param(f"{PROVIDER}provider.setKey(process.env.ROOM_KEY);", id="a variable that stays on the server"),
        pytest.param(f"{PROVIDER}provider.setKey('');", id="nothing"),
        pytest.param(
            f"{PROVIDER}const k = new Uint8Array([0, 0, 0, 0, 0, 0, 0, 0]);\n"
            "crypto.getRandomValues(k);\nprovider.setKey(k.buffer);",
            id="room for random bytes",
        ),
        pytest.param(
            "import { KeyProvider } from '@livekit/rtc-node';\n"
            "export const f = (keyProvider: KeyProvider, key: Uint8Array) => keyProvider.setKey('alice', key, 0);",
            id="an identity beside the key",
        ),
        pytest.param(
            "import { useRNE2EEManager } from '@livekit/react-native';\n"
            "useRNE2EEManager({ sharedKey: k, keyProviderOptions: { sharedKey: true, ratchetSalt: 'salt-one' } });",
            id="a salt",
        ),
        pytest.param(
            "import { Room } from 'livekit-client';\nstore.setKey('theme');\nmapProvider.setKey('maps-key');",
            id="keys of other things",
        ),
        pytest.param("import { P } from 'sframe';\nkeyProvider.setKey('correct-horse');", id="another library"),
    ],
)
def test_what_is_no_written_key_is_left_alone(text: str) -> None:
    assert found("src/call.ts", text + "\n") == ()


@pytest.mark.parametrize(
    ("path", "severity"),
    [("src/call.ts", Severity.MEDIUM), ("examples/call.ts", Severity.LOW), ("tests/call.test.ts", None)],
)
def test_the_severity_follows_what_the_file_is_for(path: str, severity: Severity | None) -> None:
    severities = [item.severity for item in found(path, f"{PROVIDER}provider.setKey('{KEY}');\n")]

    assert severities == ([severity] if severity else [])


def test_a_placeholder_is_less_sure_and_silent_in_an_example() -> None:
    text = f"{PROVIDER}provider.setKey('<your passphrase here>');\n"

    assert [item.confidence for item in found("src/call.ts", text)] == [Confidence.MEDIUM]
    assert found("examples/call.ts", text) == ()


def test_a_key_that_two_files_use_is_found_once_and_judged_where_it_stands() -> None:
    sources = [
        Source.from_text("examples/keys.ts", f"export const LIVEKIT_KEY = '{KEY}';\n"),
        *(
            Source.from_text(f"src/{name}.ts", f"import {{ LIVEKIT_KEY }} from '../examples/keys';\n{PROVIDER}{call}\n")
            for name, call in (("a", "provider.setKey(LIVEKIT_KEY);"), ("b", "provider.setSharedKey(LIVEKIT_KEY);"))
        ),
    ]
    findings = scan_sources(sources, RULES, Options(now=NOW)).open_findings

    assert [(item.place.path, item.severity) for item in findings] == [("examples/keys.ts", Severity.LOW)]


@pytest.mark.parametrize("style", REPORTERS)
@pytest.mark.parametrize(
    ("literal", "hidden"),
    [
        (f"'{KEY}'", KEY),
        ("'mango'", "mango"),
        (r"'tang\x65rine-lamp'", "rine-lamp"),
        ("new Uint8Array([17, 2, 3, 4, 5, 6, 7, 8, 9, 10]).buffer", "3, 4, 5"),
    ],
)
def test_no_report_shows_the_key(style: str, literal: str, hidden: str) -> None:
    source = Source.from_text("src/call.ts", f"{PROVIDER}provider.setKey({literal});\n")
    report = scan_sources([source], RULES, Options(now=NOW))

    assert report.open_findings
    assert hidden not in render(style, report, Presentation(color=False, width=100, exit_code=1))


@pytest.mark.parametrize(
    ("key", "how"),
    [
        (f"'{KEY}'", "written down"),
        (f"process.env.ROOM_KEY ?? '{KEY}'", "as the fallback of ROOM_KEY"),
        ("process.env.NEXT_PUBLIC_E2EE_KEY", "in the public variable NEXT_PUBLIC_E2EE_KEY"),
    ],
)
def test_it_is_said_how_a_key_is_known_to_everybody(key: str, how: str) -> None:
    (finding,) = found("client.ts", f"{PROVIDER}await provider.setKey({key});\n")

    assert finding.message == f"end-to-end encryption key {how} for setKey(): everybody who has the code can decrypt"
