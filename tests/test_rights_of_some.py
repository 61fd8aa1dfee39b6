"""Rights that only some holders of tokens get: `roomAdmin: isHost` gives hosts what `if (isHost)` would."""

from __future__ import annotations

import pytest

from tests.choices import found
from tests.languages.minting import found_in

JS = """
import {{ AccessToken }} from 'livekit-server-sdk';

export async function mint(identity, room, role, options, isHost, user) {{
  const at = new AccessToken(process.env.KEY, process.env.SECRET, {{ identity, ttl: '5m' }});
  at.addGrant({{ roomJoin: true, room, {grant} }});
  return at.toJwt();
}}
"""
GO = """package rooms

import (
	"time"

	"github.com/livekit/protocol/auth"
)

func Mint(identity, room, role string, isHost bool, config Config) (string, error) {
	at := auth.NewAccessToken(key, secret).SetIdentity(identity).SetValidFor(time.Minute)
	return at.SetVideoGrant(&auth.VideoGrant{RoomJoin: true, Room: room, RoomAdmin: %s}).ToJWT()
}
"""


@pytest.mark.parametrize(
    ("grant", "rule", "expected"),
    [
        ("roomAdmin: isHost", "LK401", 1),
        ("roomAdmin: role === 'host'", "LK401", 1),
        ("roomAdmin: ['host', 'co-host'].includes(role)", "LK401", 1),
        ("roomAdmin: user.roles.some((item) => item === 'host')", "LK401", 1),
        ("roomAdmin: !!findMember(user.id)", "LK401", 1),
        ("roomAdmin: !!settings.get('moderation')", "LK401", 0),
        ("roomAdmin: !!options.roomAdmin", "LK401", 0),
        ("roomAdmin: user.isAdmin", "LK401", 1),
        ("roomAdmin: !!isHost", "LK401", 1),
        ("roomAdmin: Boolean(options.isHost)", "LK401", 1),
        ("roomAdmin: Boolean(options.verbose)", "LK401", 0),
        ("roomAdmin: isModerator(user)", "LK401", 1),
        ("roomAdmin: options.roomAdmin", "LK401", 0),
        ("roomAdmin: options.admins.length > 2", "LK401", 0),
        ("roomRecord: isHost", "LK402", 1),
        ("recorder: isHost", "LK406", 1),
        ("recorder: room.owner === user.id", "LK406", 1),
        ("recorder: options.recorder", "LK406", 0),
        ("hidden: isSupervisor", "LK406", 0),
        ("canPublish: isHost", "LK401", 0),
        ("canUpdateOwnMetadata: isHost", "LK402", 0),
    ],
)
def test_a_right_of_those_who_are_something_is_given(grant: str, rule: str, expected: int) -> None:
    assert len(found_in({"server/tokens.js": JS.format(grant=grant)}, rule)) == expected


@pytest.mark.parametrize("grant", ["options.canPublish || true", "req.body.video || true"])
def test_a_flag_that_is_on_anyway_is_nobodys_choice(grant: str) -> None:
    code = f"""const {{ AccessToken }} = require('livekit-server-sdk');
router.post('/token', requireAuth, async (req, res) => {{
  const options = {{ canPublish: req.body.video }};
  const identity = req.user.id;
  const at = new AccessToken(process.env.KEY, process.env.SECRET, {{ identity, ttl: '5m' }});
  at.addGrant({{ roomJoin: true, room: 'r', canPublish: {grant} }});
  res.json({{ token: await at.toJwt() }});
}});
"""

    assert not found_in({"server.js": code}, "LK602")
    assert found_in({"server.js": code.replace(" || true", "")}, "LK602") == ["server.js:6"]


def test_an_object_that_javascript_calls_a_grant_class_has_the_names_of_a_grant_object() -> None:
    code = """import { AccessToken, VideoGrant } from 'livekit-server-sdk';
export async function mint(identity, room) {
  const at = new AccessToken(process.env.KEY, process.env.SECRET, { identity, ttl: '5m' });
  const grant = new VideoGrant();
  grant.roomJoin = true;
  grant.room = room;
  grant.roomAdmin = true;
  grant.can_publish = false;
  at.addGrant(grant);
  return at.toJwt();
}
"""

    assert found_in({"server/tokens.js": code}, "LK401") == ["server/tokens.js:7"]
    assert found_in({"server/tokens.js": code}, "LK405") == ["server/tokens.js:8"]


@pytest.mark.parametrize(
    ("value", "expected"), [("isHost", 1), ('role == "host"', 1), ("config.RoomAdmin", 0), ("false", 0)]
)
def test_the_same_in_go(value: str, expected: int) -> None:
    assert len(found_in({"go.mod": "module shop\n", "rooms/rooms.go": GO % value}, "LK401")) == expected


OTHERS = {
    "rooms.py": (
        "from livekit import api\ndef mint(identity, room, hosts, guests, verbose):\n"
        "    grants = api.VideoGrants(room_join=True, room=room, room_admin=VALUE)\n"
        "    return api.AccessToken(KEY, SECRET).with_identity(identity).with_grants(grants).to_jwt()\n"
    ),
    "rooms.rb": (
        "def mint(identity, room, hosts, verbose)\n"
        "  token = LiveKit::AccessToken.new(api_key: key, api_secret: secret, identity: identity)\n"
        "  token.video_grant = LiveKit::VideoGrant.new(roomJoin: true, room: room, roomAdmin: VALUE)\n"
        "  token.to_jwt\nend\n"
    ),
    "rooms.php": (
        "<?php\nuse Agence104\\LiveKit\\AccessToken;\nuse Agence104\\LiveKit\\VideoGrant;\n"
        "function mint($identity, $room, $hosts, $verbose) {\n"
        "  $grant = (new VideoGrant())->setRoomJoin()->setRoomName($room)->setRoomAdmin(VALUE);\n"
        "  return (new AccessToken($key, $secret))->init($options)->setGrant($grant)->toJwt();\n}\n"
    ),
    "Rooms.cs": (
        "using Livekit.Server.Sdk.Dotnet;\nclass Rooms {\n"
        "  string Mint(string id, string room, List<string> hosts, bool verbose) =>\n"
        "    new AccessToken(key, secret).WithIdentity(id)\n"
        "      .WithGrants(new VideoGrants { RoomJoin = true, Room = room, RoomAdmin = VALUE }).ToJwt();\n}\n"
    ),
    "rooms.js": JS.format(grant="roomAdmin: VALUE"),
    "rooms.go": GO.replace("%s", "VALUE"),
}
MEMBERS = [
    *(("rooms.py", "identity in hosts"), ("rooms.py", "identity not in guests")),
    *(("rooms.py", "any(host == identity for host in hosts)"), ("rooms.rb", "hosts.include?(identity)")),
    *(("rooms.rb", "hosts.any? { |host| host == identity }"), ("rooms.rb", "hosts.member?(identity)")),
    *(("rooms.php", "in_array($identity, $hosts)"), ("Rooms.cs", "hosts.Contains(id)")),
    *(("Rooms.cs", "hosts.Any(host => host == id)"), ("rooms.js", "options.hosts.has(identity)")),
    *(("rooms.js", "options.hosts.contains(identity)"), ("rooms.js", "role !== 'guest'")),
    ("rooms.go", "slices.Contains(config.Hosts, identity)"),
]
FLAGS = [("rooms.py", "verbose"), ("rooms.rb", "verbose"), ("rooms.php", "$verbose"), ("Rooms.cs", "verbose")]


@pytest.mark.parametrize(
    ("path", "value", "expected"), [*((*item, 1) for item in MEMBERS), *((*item, 0) for item in FLAGS)]
)
def test_who_is_among_others_is_something(path: str, value: str, expected: int) -> None:
    assert len(found_in({path: OTHERS[path].replace("VALUE", value)}, "LK401")) == expected


def test_a_flag_that_every_caller_leaves_unset_gives_nothing() -> None:
    call = "\nexport const join = (identity, room) => mint(identity, room, 'guest', {{}}, false, {{}});\n"
    code = JS.replace("export async function", "async function") + call

    assert not found_in({"server/tokens.js": code.format(grant="roomAdmin: isHost")}, "LK401")


def test_a_right_that_all_have_is_pointed_at_before_one_that_some_have() -> None:
    code = JS.format(grant="\n    roomRecord: isHost,\n    roomList: true,\n ")

    assert found_in({"server/tokens.js": code}, "LK402") == ["server/tokens.js:8"]


def test_a_right_is_traced_to_the_caller_that_gives_it_not_to_a_default_that_does_not() -> None:
    text = """import os
from livekit import api

def mint(user, admin=False):
    grants = api.VideoGrants(room_join=True, room="hall", room_admin=admin)
    return api.AccessToken().with_identity(user).with_grants(grants).to_jwt()

@app.get("/listener")
def listener(user: str = Depends(signed_in)):
    return mint(user)

@app.get("/host")
def host(user: str = Depends(signed_in)):
    return mint(user, admin=True)
"""
    (finding,) = found("admin-grant", "main.py", text)

    assert [(lead.place.line, lead.note) for lead in finding.trace] == [(14, "passed by host()")]


def test_a_right_that_the_request_asks_for_is_said_to_be_asked_for() -> None:
    code = JS.replace("export async", "async") + (
        "\napp.post('/token', login, async (req, res) => {{\n"
        "  res.json(await mint(req.user.id, 'hall', '', {{}}, req.body.host, {{}}));\n}});\n"
    )

    assert found_in({"server/tokens.js": code.format(grant="roomAdmin: isHost")}, "LK602") != []


BY_HAND = {
    "tokens.py": """
import hmac, json, time

def mint(identity, room, role):
    payload = {'iss': KEY, 'sub': identity, 'exp': int(time.time()) + 60, 'video': {'room': room, 'roomJoin': True}}
    if role == 'host':
        payload['video']['roomAdmin'] = True
    body = encode(HEADER) + '.' + encode(json.dumps(payload))
    return body + '.' + encode(hmac.new(SECRET, body.encode(), 'sha256').digest())
""",
    "tokens.js": """
import crypto from 'node:crypto'

export function mint(identity, room, role) {
  const payload = {iss: KEY, sub: identity, exp: Math.floor(Date.now() / 1000) + 60, video: {room, roomJoin: true}}
  if (role === 'host') {
    payload.video.roomAdmin = true
  }
  const body = encode(HEADER) + '.' + encode(JSON.stringify(payload))
  return body + '.' + crypto.createHmac('sha256', SECRET).update(body).digest('base64url')
}
""",
    "Tokens.php": """<?php
class Tokens {
    public function mint(string $identity, string $room, array $permissions): string {
        $video = ['room' => $room, 'roomJoin' => true];
        $payload = ['iss' => KEY, 'sub' => $identity, 'exp' => time() + 60, 'video' => $video];
        if (in_array('host', $permissions)) {
            $payload['video']['roomAdmin'] = true;
        }
        return $this->sign($payload);
    }

    private function sign(array $payload): string {
        $body = encode(HEADER) . '.' . encode(json_encode($payload));
        return $body . '.' . encode(hash_hmac('sha256', $body, SECRET, true));
    }
}
""",
}


@pytest.mark.parametrize("path", BY_HAND)
def test_claims_of_a_token_made_by_hand_are_those_that_it_is_signed_with(path: str) -> None:
    lines = BY_HAND[path].splitlines()
    (given,) = (number for number, line in enumerate(lines, 1) if "roomAdmin" in line)

    assert found_in({path: BY_HAND[path]}, "LK401") == [f"{path}:{given}"]


PYTHON = """from livekit import api
def mint(user, is_moderator, verbose):
    grants = api.VideoGrants(room_join=True, room="a", room_admin={given})
    return api.AccessToken().with_identity(user).with_grants(grants).to_jwt()
"""


@pytest.mark.parametrize(("given", "expected"), [("bool(is_moderator)", 1), ("bool(verbose)", 0)])
def test_a_conversion_changes_nothing_of_it(given: str, expected: int) -> None:
    assert len(found_in({"tokens.py": PYTHON.format(given=given)}, "LK401")) == expected


CALLER = """import {{ mint }} from './tokens';
const ROLES = load();
export const join = (user) => mint(user.id, 'a', null, null, {given});
"""


@pytest.mark.parametrize(("given", "expected"), [("ROLES.includes(user.role)", 1), ("false", 0)])
def test_what_a_flag_is_called_tells_what_its_callers_do_not(given: str, expected: int) -> None:
    files = {"server/tokens.js": JS.format(grant="roomAdmin: isHost"), "server/join.js": CALLER.format(given=given)}

    assert len(found_in(files, "LK401")) == expected


@pytest.mark.parametrize(
    ("identity", "is_person"),
    [("summarizer-bot-%d", False), ("note_taker", False), ("RecordingBot", False), ("guest-%d", True)],
)
def test_who_sums_up_what_was_said_may_listen_unseen(identity: str, *, is_person: bool) -> None:
    code = f"""package a

import (
    "os"
    "time"

    "github.com/livekit/protocol/auth"
)

func mint(room string) (string, error) {{
    at := auth.NewAccessToken(os.Getenv("LIVEKIT_API_KEY"), os.Getenv("LIVEKIT_API_SECRET"))
    at.SetIdentity("{identity}").SetValidFor(10 * time.Minute)
    at.SetVideoGrant(&auth.VideoGrant{{RoomJoin: true, Room: room, Hidden: true}})
    return at.ToJWT()
}}
"""

    assert bool(found_in({"mint.go": code}, "LK406")) is is_person


IN_BRANCHES = """import { AccessToken } from 'livekit-server-sdk';
export async function mint(identity, room, isObserver, isCramped) {
  const at = new AccessToken(process.env.KEY, process.env.SECRET, { identity, ttl: '5m' });
  const rights = { roomJoin: true, room };
  if (isObserver) {
    rights.hidden = true;
  } else if (isCramped) {
    rights.hidden = false;
    rights.canPublishSources = ['microphone'];
  } else {
    rights.hidden = false;
  }
  at.addGrant(rights);
  return at.toJwt();
}
"""
KEPT_AND_GIVEN = """<?php
use Firebase\\JWT\\JWT;
use Illuminate\\Support\\Facades\\Http;
class Tokens {
    public function joining(string $room, string $who, bool $isHost): string {
        $grant = ['roomJoin' => true, 'room' => $room, 'roomAdmin' => $isHost];
        return $this->sign($who, $grant);
    }
    private function asked(string $method, array $body): array {
        $own = $this->sign('backend', ['roomAdmin' => true, 'room' => $body['room']]);
        return Http::withToken($own)->post(config('livekit.host').'/twirp/livekit.RoomService/'.$method, $body)->json();
    }
    private function sign(string $who, array $grant): string {
        $claims = ['iss' => env('LIVEKIT_API_KEY'), 'sub' => $who, 'exp' => time() + 600, 'video' => $grant];
        return JWT::encode($claims, env('LIVEKIT_API_SECRET'), 'HS256');
    }
}
"""


def test_a_right_stands_where_a_branch_gives_it_and_not_where_later_ones_deny_it() -> None:
    assert found_in({"src/mint.ts": IN_BRANCHES}, "LK406") == ["src/mint.ts:6"]


def test_a_right_stands_at_its_grant_and_not_where_is_decided_who_has_it() -> None:
    text = IN_BRANCHES.replace("rights.hidden = true", "rights.recorder = isBot").replace("hidden", "recorder")
    text = text.replace("  const rights", "  const isBot = identity === 'bot';\n  const rights")
    assert found_in({"src/mint.ts": text}, "LK406") == ["src/mint.ts:7"]


def test_a_right_stands_where_it_is_given_away_and_not_where_it_stays() -> None:
    assert found_in({"app/Tokens.php": KEPT_AND_GIVEN}, "LK401") == ["app/Tokens.php:6"]
