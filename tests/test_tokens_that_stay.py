"""One function that signs for several callers: what joins is for participants, what calls the server stays with it."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

GO_SIGNER = """package livekit

type grant struct {
	Room       string `json:"room,omitempty"`
	RoomJoin   bool   `json:"roomJoin,omitempty"`
	RoomAdmin  bool   `json:"roomAdmin,omitempty"`
	RoomCreate bool   `json:"roomCreate,omitempty"`
}

type claims struct {
	Iss   string `json:"iss"`
	Sub   string `json:"sub"`
	Exp   int64  `json:"exp"`
	Video grant  `json:"video"`
}

func sign(c claims, secret string) string {
	body, _ := json.Marshal(c)
	input := header + "." + base64.RawURLEncoding.EncodeToString(body)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(input))
	return input + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
"""
GO_CALLS = """package livekit

func (c *Client) call(method string, g grant) error {
	req, _ := http.NewRequest("POST", c.url+method, nil)
	token := sign(claims{Iss: c.key, Sub: "server", Exp: time.Now().Add(time.Minute).Unix(), Video: g}, c.secret)
	req.Header.Set("Authorization", "Bearer "+token)
	_, err := c.client.Do(req)
	return err
}

func (c *Client) DeleteRoom(room string) error {
	return c.call("DeleteRoom", grant{RoomCreate: true})
}

func (c *Client) VerifyWebhook(token string) bool {
	mac := hmac.New(sha256.New, []byte(c.secret))
	mac.Write([]byte(token))
	return hmac.Equal([]byte(token), mac.Sum(nil))
}

func (c *Client) Webhook(w http.ResponseWriter, r *http.Request) {
	if !c.VerifyWebhook(r.Header.Get("Authorization")) {
		http.Error(w, "no", http.StatusUnauthorized)
	}
}
"""
IMPORTS = """
import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"time"
)
"""


def test_claims_that_a_helper_of_another_file_signs_are_signed_where_they_are_handed_over() -> None:
    files = {
        "go.mod": "module shop\n",
        "livekit/sign.go": GO_SIGNER.replace("package livekit\n", f"package livekit\n{IMPORTS}"),
        "livekit/calls.go": GO_CALLS.replace("package livekit\n", f"package livekit\n{IMPORTS}"),
    }

    assert found_in(files, "LK402") == []


RUST = """
pub struct VideoGrant {{
    pub room: String,
    pub room_join: Option<bool>,
    pub room_admin: Option<bool>,
    pub room_create: Option<bool>,
}}

pub fn sign(config: &Config, identity: &str, grant: VideoGrant) -> String {{
    let claims = Claims {{ iss: config.key.clone(), sub: identity.to_string(), exp: now() + 600, video: grant }};
    encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(config.secret.as_bytes())).unwrap()
}}

pub async fn join(config: &Config, room: &str, user: &str) -> String {{
    sign(config, user, VideoGrant {{ room: room.into(), room_join: Some(true), room_admin: None, room_create: None }})
}}

pub async fn open_room(config: &Config) {{
    let token = sign(config, "server", VideoGrant {{ room: String::new(), {grant} }});
    client().post(url()).bearer_auth(token).send().await;
}}
"""
USES = "use jsonwebtoken::{encode, Algorithm, EncodingKey, Header};\nuse serde::Serialize;\n"
CLAIMS = """
#[derive(Serialize)]
pub struct Claims {
    pub iss: String,
    pub sub: String,
    pub exp: i64,
    pub video: VideoGrant,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
"""


@pytest.mark.parametrize(
    ("grant", "rule", "expected"),
    [
        ("room_join: None, room_admin: None, room_create: Some(true)", "LK402", 0),
        ("room_join: Some(false), room_admin: Some(true), room_create: None", "LK401", 0),
        ("room_join: Some(true), room_admin: Some(true), room_create: None", "LK401", 0),
    ],
)
def test_what_a_signer_of_several_gives_to_the_server_alone_is_no_right_of_participants(
    grant: str, rule: str, expected: int
) -> None:
    assert len(found_in({"src/livekit.rs": USES + CLAIMS + RUST.format(grant=grant)}, rule)) == expected


JS = """
import {{ AccessToken }} from 'livekit-server-sdk';

async function sign(grant) {{
  const at = new AccessToken(process.env.KEY, process.env.SECRET, {{ identity: 'ada', ttl: '5m' }});
  at.addGrant(grant);
  return at.toJwt();
}}

app.post('/join', login, async (req, res) => res.json({{ token: await sign({{ roomJoin: true, room: 'hall' }}) }}));
{other}
"""


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("export async function close() {{ await call(`Bearer ${{await sign({{ roomCreate: true }})}}`); }}", 0),
        ("export async function close() {{ return await sign({{ roomCreate: true }}); }}", 1),
        ("const close = async () => {{ const token = await sign({{ roomCreate: true }}); OWN }}", 0),
        ("const close = async () => {{ const token = await sign({{ roomCreate: true }}); send(token); }}", 1),
        ("app.post('/own', login, async (req, res) => res.json({{ token: await sign({{ roomCreate: true }}) }}));", 1),
    ],
)
def test_a_right_stays_only_where_the_server_is_called_with_it(other: str, expected: int) -> None:
    other = other.replace("OWN", "await rpc.post('/twirp/livekit.RoomService/DeleteRoom', { token });")
    code = JS.format(other=other.replace("{{", "{").replace("}}", "}"))

    assert len(found_in({"server.js": code}, "LK402")) == expected


PHP = """<?php
class LiveKit
{{
    private function mint(string $identity, string $room, array $more = []): string
    {{
        $video = array_merge(['roomJoin' => true, 'room' => $room], $more);
        $claims = ['sub' => $identity, 'exp' => time() + 600, 'video' => $video];
        return JWT::encode($claims, env('LIVEKIT_API_SECRET'), 'HS256');
    }}

    public function join(string $identity, string $room): string
    {{
        return $this->mint($identity, $room);
    }}

    private function adminToken(string $room): string
    {{
        return $this->mint('server', $room, ['roomAdmin' => true]);
    }}

    public function remove(string $room, string $identity)
    {{
        return Http::{call}->post('/twirp/livekit.RoomService/RemoveParticipant', ['room' => $room]);
    }}
}}
"""


@pytest.mark.parametrize(
    ("call", "expected"), [("withToken($this->adminToken($room))", 0), ("asForm()->with($this->adminToken($room))", 1)]
)
def test_a_helper_whose_callers_all_call_the_server_makes_tokens_that_stay(call: str, expected: int) -> None:
    code = PHP.format(call=call).replace("<?php\n", "<?php\nuse Firebase\\JWT\\JWT;\n")

    assert len(found_in({"app/LiveKit.php": code}, "LK401")) == expected


DOTNET = """using System.IdentityModel.Tokens.Jwt;
using Microsoft.IdentityModel.Tokens;

public class Rooms
{{
    private string Mint(string identity, Dictionary<string, object> grant)
    {{
        var payload = new JwtPayload(Key, null, null, DateTime.UtcNow, DateTime.UtcNow.AddMinutes(2))
        {{
            ["sub"] = identity,
            ["video"] = grant,
        }};
        var key = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(Secret));
        var header = new JwtHeader(new SigningCredentials(key, SecurityAlgorithms.HmacSha256));
        return new JwtSecurityTokenHandler().WriteToken(new JwtSecurityToken(header, payload));
    }}

    public string Join(string room, string identity) =>
        Mint(identity, new() {{ ["roomJoin"] = true, ["room"] = room }});

    public async Task Remove(string room, string identity)
    {{
        var token = Mint("server", new() {{ ["roomAdmin"] = true, ["room"] = room }});
        {call};
        await Client.PostAsync("/twirp/livekit.RoomService/RemoveParticipant", Body(room, identity));
    }}
}}
"""


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ('Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token)', 0),
        ("await Hub.SendAsync(token)", 1),
    ],
)
def test_a_client_of_dotnet_sends_a_token_as_its_own(call: str, expected: int) -> None:
    assert len(found_in({"Rooms.cs": DOTNET.format(call=call)}, "LK401")) == expected


def test_callers_of_another_file_count_too() -> None:
    signing = "import jwt\n\ndef admin(room):\n    return sign({'roomAdmin': True, 'roomJoin': True, 'room': room})\n\n"
    signing += "def join(room):\n    return sign({'roomJoin': True, 'room': room})\n\ndef sign(video):\n"
    signing += "    return jwt.encode({'sub': 'ada', 'exp': time() + 60, 'video': video}, SECRET, algorithm='HS256')\n"
    calling = "import httpx\nfrom tokens import admin\n\n"
    calling += "httpx.post(URL, headers={'Authorization': f'Bearer {admin(ROOM)}'})\n"

    assert found_in({"tokens.py": signing, "close.py": calling}, "LK401") == []
    telling = calling.replace("Bearer ", "")
    assert len(found_in({"tokens.py": signing, "close.py": telling}, "LK401")) == 1


LARAVEL = """<?php
namespace App\\Services;
use Firebase\\JWT\\JWT;
class Rooms {
    private function admin(): string {
        $video = ['roomList' => true, 'roomCreate' => true, 'roomJoin' => %s];
        return JWT::encode(['iss' => $this->key, 'exp' => time() + 60, 'video' => $video], $this->secret, 'HS256');
    }
    public function list(Request $request) {
        $headers['%s'] = 'Bearer ' . $this->admin();
        $found = $this->client->request('POST', $this->url, ['headers' => $headers]);
        return response()->json(['rooms' => $found, 'asked' => $this->admin()]);
    }
}
"""


@pytest.mark.parametrize(("joins", "header", "expected"), [("false", "Authorization", 0), ("true", "Authorization", 1)])
def test_a_file_that_sets_the_header_of_its_own_requests_calls_the_server(
    joins: str, header: str, expected: int
) -> None:
    routes = "<?php\nRoute::get('/rooms', [App\\Services\\Rooms::class, 'list']);\n"
    files = {"app/Services/Rooms.php": LARAVEL % (joins, header), "routes/api.php": routes}

    assert len(found_in(files, "LK402")) == expected


@pytest.mark.parametrize(
    ("setter", "header", "expected"),
    [
        *((name, "Authorization", 0) for name in ("Set", "Add", "set", "append", "header", "addHeader")),
        *((name, "authorization", 0) for name in ("setRequestHeader", "setValue")),
        ("set", "Accept", 1),
        ("log", "Authorization", 1),
    ],
)
def test_methods_that_put_a_header_into_a_request_tell_that_a_file_calls_the_server(
    setter: str, header: str, expected: int
) -> None:
    code = f"""import express from 'express';
import {{ AccessToken }} from 'livekit-server-sdk';
const app = express();
app.post('/rooms', async (req, res) => {{
  const made = new AccessToken(process.env.KEY, process.env.LIVEKIT_API_SECRET, {{ identity: 'server', ttl: 60 }});
  made.addGrant({{ roomList: true, roomCreate: true }});
  const token = await made.toJwt();
  res.json({{ rooms: await answered(call.{setter}('{header}', scheme + token)), token }});
}});
"""

    assert len(found_in({"rooms.js": code}, "LK402")) == expected
