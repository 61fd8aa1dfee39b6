"""Gates ask how a word stands: where a class is only imported or a type, nothing can be found."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lk_audit.extractors import gates
from lk_audit.extractors.secret_names import USUAL
from lk_audit.livekit import e2ee, sdks, sinks, webhooks
from lk_audit.livekit.sdks import Family

FAMILIES = [sdks.family(name) for name in sdks.FAMILIES]


def opened(text: str) -> frozenset[str]:
    return gates.opened(text.encode(), USUAL)


def is_document(text: str) -> bool:
    return gates.may_be_document(text.encode(), USUAL)


@pytest.mark.parametrize("of", FAMILIES, ids=sdks.FAMILIES)
def test_a_call_of_every_token_class_opens_the_gate_of_mints(of: Family) -> None:
    assert [name for name in of.constructors if "mints" not in opened(f"x = {name}(key, value)")] == []


@pytest.mark.parametrize("of", FAMILIES, ids=sdks.FAMILIES)
def test_a_call_of_every_function_that_takes_a_secret_by_position_opens_the_gate_of_credentials(of: Family) -> None:
    by_position = [name for name, sink in of.sinks.items() if sink.secret_position is not None]

    assert [name for name in by_position if "credentials" not in opened(f"f({name}(a, b, c))")] == []


@pytest.mark.parametrize("of", FAMILIES, ids=sdks.FAMILIES)
def test_what_shows_a_token_for_livekits_opens_the_gate_of_mints_whoever_makes_it(of: Family) -> None:
    signs = {sign for sdk in of.constructors.values() for sign in sdk.signs_of}
    signs |= {"addGrant", "toJwt", "addSIPGrant", "with_grants", "with_identity", "to_jwt"}

    assert [sign for sign in signs if "mints" not in opened(f"token = livekitAccessToken(key)\ntoken.{sign}(x)")] == []


@pytest.mark.parametrize(
    "code",
    [
        "const at = new AccessToken(key, value)",
        "const at = new livekit.AccessToken (key, value)",
        "const at = new (sdk.AccessToken)(key, value)",
        'const at = new sdk["AccessToken"](key, value)',
        "import { AccessToken as Token } from 'livekit-server-sdk'",
        "const { AccessToken: Token } = require('livekit-server-sdk')",
        "const Token = require('livekit-server-sdk').AccessToken;",
        "const Token = (await import('livekit-server-sdk')).AccessToken",
        "const Token = sdk.AccessToken;",
        "from livekit.api import AccessToken as Token",
        "Token, Grants = api.AccessToken, api.VideoGrants",
        "token = (\n    api.AccessToken(key, value)\n)",
        "at := auth.NewAccessToken(key, value)",
        "var makeToken = auth.NewAccessToken\nat := makeToken(key, value)",
        "AccessToken token = new(key, value);",
        "private AccessToken Token { get; } = new(key, value);",
        "AccessToken Make() => new(key, value);",
        "using Token = Livekit.Server.Sdk.Dotnet.AccessToken;",
        "let token = AccessToken::with_api_key(key, value)",
        "use livekit_api::access_token::AccessToken as Token;",
        "$token = new AccessToken;",
        "$token = (new \\Agence104\\LiveKit\\AccessToken($key, $value))",
        "token = LiveKit::AccessToken.new api_key: key",
        "alias LiveKit.AccessToken, as: Token",
        "import LiveKit.AccessToken, only: [new: 2]",
        "import io.livekit.server.AccessToken as Token",
        "val make = ::AccessToken; io.livekit.server.AccessToken(key)",
        "token = rooms.CreateToken()",
        "class RoomToken extends AccessToken { constructor() { super(key, value); } }",
        "class RoomToken(api.AccessToken):\n    def __init__(self): super().__init__(key, value)",
        "class RoomToken < LiveKit::AccessToken\nend",
    ],
)
def test_a_token_class_opens_the_gate_of_mints_where_it_is_made_or_renamed(code: str) -> None:
    assert "mints" in opened(code)


@pytest.mark.parametrize(
    "code",
    [
        "import { AccessToken } from 'livekit-server-sdk'\nfunction f(token: AccessToken) {}",
        "const token = client.getAccessToken()",
        "type BlockedAccessToken struct {}",
        "new AccessTokenStateManager()",
        "import io.livekit.server.AccessToken;\nvoid f(AccessToken token) {}",
        "// an AccessToken is made elsewhere",
        "if r.AccessToken != want {}",
    ],
)
def test_a_token_class_that_nothing_is_made_of_opens_no_gate(code: str) -> None:
    assert opened(code) == frozenset()


@pytest.mark.parametrize(
    "code",
    [
        "import { RoomServiceClient } from 'livekit-server-sdk'\nlet rooms: RoomServiceClient",
        "message RoomAgentDispatch {}",
        "type EgressClient interface {}",
        "RoomServiceClient client = manager.getRoomServiceClient(name);",
    ],
)
def test_a_client_that_nobody_makes_opens_no_gate(code: str) -> None:
    assert opened(code) == frozenset()


@pytest.mark.parametrize("name", sorted(webhooks.EVENTS))
def test_every_event_opens_the_gate_of_webhooks(name: str) -> None:
    texts = (f'body.event == "{name}"', f"event in %w[{name} other]", f"event == :{name}")

    assert [text for text in texts if "webhooks" not in opened(text)] == []


@pytest.mark.parametrize("name", sorted(webhooks.GO_EVENTS))
def test_every_constant_of_an_event_opens_the_gate_of_webhooks(name: str) -> None:
    assert "webhooks" in opened(f"if event.Event == webhook.{name} {{")


@pytest.mark.parametrize("code", ["receiver.receive(body, header)", "receiver?.receive<E>(body)", "r\n  .Receive(b)"])
def test_a_receiver_of_webhooks_opens_their_gate(code: str) -> None:
    assert "webhooks" in opened(f"new WebhookReceiver(key)\n{code}")


def _keys() -> Iterator[str]:
    yield from (f"provider.{name}(key)" for name in e2ee.KEY_METHODS)
    yield from (f"provider?.{name}(key)" for name in e2ee.KEY_METHODS)
    yield from (f"self._provider\n            .{name}(key)" for name in e2ee.KEY_METHODS)
    yield from (f"KeyProviderOptions({name}=key)" for name in e2ee.KEY_ARGUMENTS)
    yield from (f"{name}(source, {{ encryption: {{ key }} }})" for name in e2ee.SESSION_HOOKS)


@pytest.mark.parametrize("code", sorted(_keys()))
def test_whatever_sets_a_key_opens_the_gate_of_keys(code: str) -> None:
    assert "e2ee_keys" in opened(f"// E2EE\n{code}")


def test_a_method_that_could_set_a_key_opens_no_gate() -> None:
    assert opened("class Provider {\n  async setKey(key: string, identity: string) {}\n}") == frozenset()


def _left_behind() -> Iterator[str]:
    yield from (f"{name}.setItem('t', token)" for name in sinks.STORAGES)
    yield from (f"window.{name}['t'] = token" for name in sinks.STORAGES)
    yield from (f"{name}?.setItem('t', token)" for name in sinks.STORAGES)
    yield from (f"router.{name}(`/call?token=${{token}}`)" for name in sinks.NAVIGATIONS)
    yield from (f"useRouter().{name}(`/call?token=${{token}}`)" for name in sinks.NAVIGATIONS)
    yield from (f"{name}.push(`/call?token=${{token}}`)" for name in sinks.NAVIGATORS)
    yield from (f"this.${name}!.push(`/call?token=${{token}}`)" for name in sinks.NAVIGATORS)
    yield from (f"{name}(`/call?token=${{token}}`)" for name in sinks.NAVIGATION_FUNCTIONS)
    yield from (f"window.{name} = `/call?token=${{token}}`" for name in sinks.LOCATIONS)
    yield from (f"<Link {name}={{`/call?token=${{token}}`}}>" for name in sinks.ADDRESS_ATTRIBUTES)
    yield from (f"<a :{name}='`/call?token=${{token}}`'>" for name in sinks.ADDRESS_ATTRIBUTES)


@pytest.mark.parametrize("code", sorted(_left_behind()))
def test_whatever_leaves_a_token_behind_opens_the_gate_of_clients(code: str) -> None:
    assert "client_tokens" in opened(code)


@pytest.mark.parametrize(
    "code",
    [
        "const token = localStorage.getItem('token')",
        "import AsyncStorage from 'somewhere'\nawait AsyncStorage.removeItem('token')",
        "fetch(`/api?token=${token}`)",
    ],
)
def test_a_token_that_is_read_or_sent_opens_no_gate(code: str) -> None:
    assert opened(code) == frozenset()


@pytest.mark.parametrize(
    "code",
    [
        'LIVEKIT_URL = "ws://media.team.dev"',
        "LIVEKIT_URL = f'http://media.team.dev/{path}'",
        "LIVEKIT_URL = `ws://[2606:4700::1]:7880`",
        'String LIVEKIT_URL = """\n    ws://media.team.dev""";',
        "$livekit_url = <<<END\nws://media.team.dev\nEND;",
        "@livekit_url ~s(ws://media.team.dev)",
        "LIVEKIT_URLS = %w[wss://other.team.dev ws://media.team.dev]",
        'livekit_url = "\\\n    ws://media.team.dev"',
    ],
)
def test_an_address_that_a_text_begins_with_opens_the_gate_of_addresses(code: str) -> None:
    assert "urls" in opened(code)


def test_an_address_in_a_comment_opens_no_gate() -> None:
    assert opened("// LiveKit, see http://media.team.dev/page") == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "keys:\n  mine: value",
        '{"keys" : {"mine": "value"}}',
        '{"config": "{\\"keys\\":{}}"}',
        "[livekit.keys]\nmine = value",
        "lk server --keys 'mine: value'",
        "LIVEKIT_KEYS=mine: value",
        '{"LiveKit API keys": "mine: value"}',
        "live.kit.keys = mine: value",
        "keys = { mine = value }",
        "? keys\n: mine: value",
        "new AccessToken('mine', 'value')",
        "RoomClient::with_api_key(host, key, value)",
        "client = LiveKit::RoomServiceClient.new(host)",
    ],
)
def test_text_with_keys_or_calls_of_an_sdk_is_read(text: str) -> None:
    assert is_document(text)


@pytest.mark.parametrize("text", ["LiveKit uses API keys.", "Press keys, or click", "An AccessToken grants access."])
def test_prose_about_keys_and_classes_is_not_read(text: str) -> None:
    assert not is_document(text)
