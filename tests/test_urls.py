"""Which addresses count as unencrypted and public."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lk_audit.livekit.urls import insecure_public_host, is_livekit_url_name
from tests.languages.minting import found_in


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("ws://live.acme.io:7880", ("ws", "live.acme.io")),
        ("http://live.acme.io/twirp", ("http", "live.acme.io")),
        ("WS://LIVE.ACME.IO", ("ws", "live.acme.io")),
        ("ws://user@live.acme.io", ("ws", "live.acme.io")),
        ("ws://8.8.8.8:7880", ("ws", "8.8.8.8")),
        ("ws://8-8-8-8.nip.io:7880", ("ws", "8-8-8-8.nip.io")),
        ("ws://live.8.8.8.8.nip.io", ("ws", "live.8.8.8.8.nip.io")),
        ("ws://[2606:4700::1111]:7880", ("ws", "2606:4700::1111")),
        ("ws://acme-x1y2z3.livekit.cloud", ("ws", "acme-x1y2z3.livekit.cloud")),
        ("  ws://live.acme.io", ("ws", "live.acme.io")),
    ],
)
def test_an_unencrypted_public_address_is_found_with_scheme_and_host(url: str, expected: tuple[str, str]) -> None:
    assert insecure_public_host(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "wss://live.acme.io",
        "https://live.acme.io",
        "live.acme.io:7880",
        "ws://localhost:7880",
        "ws://127.0.0.1:7880",
        "ws://0.0.0.0:7880",
        "ws://[::1]:7880",
        "ws://10.1.2.3",
        "ws://10-1-2-3.nip.io:7880",
        "ws://live.10.1.2.3.nip.io",
        "ws://172.17.0.1:7880",
        "ws://192.168.1.5",
        "ws://169.254.1.1",
        "ws://100.64.0.1",
        "ws://203.0.113.9",
        "ws://livekit:7880",
        "ws://livekit.default.svc:7880",
        "ws://livekit.default.svc.cluster.local",
        "ws://nas.lan",
        "ws://box.local",
        "ws://host.docker.internal:7880",
        "ws://your-domain.com",
        "ws://livekit.example.com",
        "ws://livekit.yourdomain.com",
        "ws://<your-host>:7880",
        "ws://${LIVEKIT_HOST}:7880",
        "ws://{{ .Values.host }}",
        "ws://1.2.3",
        "ws://",
        "",
    ],
)
def test_private_placeholder_and_encrypted_addresses_are_left_alone(url: str) -> None:
    assert insecure_public_host(url) is None


@pytest.mark.parametrize(
    "name", ["LIVEKIT_URL", "LIVEKIT_WS_URL", "NEXT_PUBLIC_LIVEKIT_URL", "livekitHost", "LK_SERVER_URL"]
)
def test_names_of_a_livekit_address(name: str) -> None:
    assert is_livekit_url_name(name)


@pytest.mark.parametrize("name", ["URL", "LIVEKIT_API_KEY", "LIVEKIT_WEBHOOK_URL", "LIVEKIT_TOKEN_URL", "DATABASE_URL"])
def test_names_of_something_else(name: str) -> None:
    assert not is_livekit_url_name(name)


@given(st.text())
def test_no_text_raises(text: str) -> None:
    insecure_public_host(text)
    insecure_public_host(f"ws://{text}")
    is_livekit_url_name(text)


@pytest.mark.parametrize(
    ("path", "code", "expected"),
    [
        ("lib/conf.dart", "class LiveKitConfig {\n  static const serverUrl = 'ws://live.acme.io:7880';\n}\n", 1),
        (
            "lib/livekit.dart",
            "import 'package:livekit_client/livekit_client.dart';\nconst serverUrl = 'ws://live.acme.io:7880';\n",
            1,
        ),
        ("conf.ts", "export const livekit = { server: { url: 'ws://live.acme.io:7880' } };\n", 1),
        ("lib/conf.dart", "class LiveKitConfig {\n  static const serverUrl = 'http://api.acme.io/token';\n}\n", 0),
        (
            "lib/conf.dart",
            "class ChatConfig {\n  static const serverUrl = 'ws://chat.acme.io';\n}\nclass LiveKit {}\n",
            0,
        ),
    ],
)
def test_a_websocket_is_livekits_where_it_belongs_to_what_is_called_so(path: str, code: str, expected: int) -> None:
    assert len(found_in({path: code}, "LK203")) == expected


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("call.ts", "const HOST = 'live.acme.io';\nawait room.connect(`ws://${HOST}:7880`, token); // livekit\n"),
        ("call.ts", "const HOST = 'live.acme.io';\nexport const livekitUrl = 'ws://' + HOST + ':7880';\n"),
        ("conf.py", "HOST = 'live.acme.io'\nLIVEKIT_URL = f'ws://{HOST}:7880'\n"),
        ("conf.py", "HOST = 'live.acme.io'\nLIVEKIT_URL = 'ws://' + HOST\n"),
    ],
)
def test_an_address_may_be_put_together(path: str, code: str) -> None:
    assert len(found_in({path: code}, "LK203")) == 1
    assert found_in({path: code.replace("live.acme.io", "localhost")}, "LK203") == []


GIVEN = {
    "call.ts": "import { Room } from 'livekit-client';\nconst call = new Room();\nawait call.connect('URL', token);\n",
    "named.ts": "import { Room } from 'livekit-client';\nconst SERVER = 'URL';\nawait room.connect(SERVER, token);\n",
    "Call.tsx": "import { LiveKitRoom } from '@livekit/components-react';\n"
    "export const Call = ({ token }) => <LiveKitRoom serverUrl='URL' token={token} />;\n",
    "bot.py": "from livekit import rtc\n\nasync def main(token):\n    await rtc.Room().connect('URL', token)\n",
    "lib/call.dart": "import 'package:livekit_client/livekit_client.dart';\n"
    "Future<void> go() async {\n  final room = Room();\n  await room.connect('URL', token);\n}\n",
    "Call.swift": "import LiveKit\nfunc go() async throws {\n  let room = Room()\n"
    '  try await room.connect(url: "URL", token: token)\n}\n',
    "Call.kt": "import io.livekit.android.LiveKit\nsuspend fun go() {\n  val room = LiveKit.create(context)\n"
    '  room.connect("URL", token)\n}\n',
    "bot.go": 'package a\nimport lksdk "github.com/livekit/server-sdk-go/v2"\n'
    'func f() {\n\tlksdk.ConnectToRoomWithToken("URL", token, nil)\n}\n',
    "bot.rs": "use livekit::prelude::*;\nasync fn f() {\n"
    '  let x = Room::connect("URL", &token, RoomOptions::default()).await;\n}\n',
}
"""Code that gives LiveKit an address, by file."""


@pytest.mark.parametrize("path", GIVEN)
def test_an_address_is_livekits_where_livekit_is_given_it(path: str) -> None:
    code = GIVEN[path]

    assert len(found_in({path: code.replace("URL", "ws://live.acme.io:7880")}, "LK203")) == 1
    for private in ("wss://live.acme.io", "ws://localhost:7880"):
        assert found_in({path: code.replace("URL", private)}, "LK203") == []


@pytest.mark.parametrize(
    "code",
    [
        "import io from 'socket.io-client';\nroom.connect('ws://chat.acme.io', token);\n",
        "import { Room } from 'livekit-client';\nsocket.connect('ws://chat.acme.io', token);\n",
        "import { Room } from 'livekit-client';\nnew WebSocket('ws://chat.acme.io');\n",
    ],
)
def test_other_connections_are_none_of_livekits(code: str) -> None:
    assert found_in({"call.ts": code}, "LK203") == []


@pytest.mark.parametrize(
    ("flag", "is_found"), [("--url", True), ("--ws-url", True), ("--host", True), ("--other", False)]
)
def test_the_address_of_a_server_is_told_by_the_flag_of_a_command(flag: str, *, is_found: bool) -> None:
    shell = f"lk room list {flag} ws://media.acmecalls.com --api-key k\n"
    compose = f"services:\n  bot:\n    image: livekit/livekit-cli\n    command: {shell}"

    assert bool(found_in({"run.sh": shell}, "LK203")) is is_found
    assert bool(found_in({"compose.yaml": compose}, "LK203")) is is_found
