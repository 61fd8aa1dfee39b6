"""Tokens that code makes and gives to nobody."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

JAVASCRIPT = """import {{ AccessToken, TokenVerifier }} from 'livekit-server-sdk';
export async function POST(request) {{
  const probe = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {{ identity: 'probe' }});
  probe.ttl = '2m';
  probe.addGrant({{ roomJoin: true, room: 'probe', roomList: true }});
  {after}
}}
"""
PYTHON = """from livekit import api
def check(tokens):
    grants = api.VideoGrants(room_join=True, room="a", room_list=True)
    token = api.AccessToken().with_identity("probe").with_grants(grants)
    {after}
"""


@pytest.mark.parametrize(
    ("after", "is_kept"),
    [
        ("const jwt = await probe.toJwt(); await new TokenVerifier(key, secret).verify(jwt); return ok();", True),
        ("const jwt = await probe.toJwt(); if (jwt.split('.').length !== 3) throw new Error(); return ok();", True),
        ("await probe.toJwt(); return ok();", True),
        ("return ok();", True),
        ("const jwt = await probe.toJwt(); return Response.json({ jwt });", False),
        ("const jwt = await probe.toJwt(); console.log(jwt);", False),
        ("return Response.json({ token: await probe.toJwt() });", False),
        ("probe.toJwt().then((jwt) => response.json({ jwt })).catch(fail);", False),
        ("const made = probe.toJwt().then((jwt) => response.json({ jwt })); return made;", False),
        ("const parts = (await probe.toJwt()).split('.'); return ok();", True),
        ("const jwt = await probe.toJwt(); return Response.json({ ok: !!jwt, jwt: jwt.slice(0, 20) + '...' });", True),
        ("const jwt = await probe.toJwt(); return Response.json({ jwt: jwt.slice(0, 900) });", False),
        ("const jwt = await probe.toJwt(); return Response.json({ jwt: jwt.slice(1) });", False),
        ("return send(probe);", False),
        ("const made = { probe }; return send(made);", False),
    ],
)
def test_rights_of_a_token_that_is_only_looked_at_are_nobodys(after: str, *, is_kept: bool) -> None:
    found = found_in({"app/api/check/route.js": JAVASCRIPT.format(after=after)}, "LK402")

    assert bool(found) is not is_kept


@pytest.mark.parametrize(
    ("after", "is_kept"),
    [
        ("assert len(token.to_jwt().split('.')) == 3", False),
        ("jwt = token.to_jwt()\n    api.TokenVerifier().verify(jwt)", True),
        ("jwt = token.to_jwt()\n    print(jwt)", False),
        ("jwt = token.to_jwt()\n    head = jwt[:20]", True),
        ("return token.to_jwt()", False),
        ("jwt = token.to_jwt()\n    bot.connect(URL, jwt)", True),
        ("jwt = token.to_jwt()\n    page.connect(jwt)", False),
        ("jwt = token.to_jwt()\n    bot.connect(URL, jwt)\n    send(jwt)", False),
    ],
)
def test_the_same_in_python(after: str, *, is_kept: bool) -> None:
    assert bool(found_in({"check.py": PYTHON.format(after=after)}, "LK402")) is not is_kept


@pytest.mark.parametrize(("sdk", "is_kept"), [("@livekit/rtc-node", True), ("livekit-client", False)])
def test_who_joins_by_the_sdk_of_node_joins_in_the_program_itself(sdk: str, *, is_kept: bool) -> None:
    after = "const jwt = await probe.toJwt(); await new Room().connect(URL, jwt); return ok();"
    code = f"import {{ Room }} from '{sdk}';\n{JAVASCRIPT.format(after=after)}"

    assert bool(found_in({"bot/join.js": code}, "LK402")) is not is_kept


SCRIPT = """from livekit import api
grants = api.VideoGrants(room_join=True, room="probe", room_list=True)
jwt = api.AccessToken().with_identity("probe").with_grants(grants).to_jwt()
print(f"works: {jwt[:9]}...")
"""
MODULE = """import {{ AccessToken }} from 'livekit-server-sdk';
const probe = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {{ identity: 'probe' }});
probe.addGrant({{ roomJoin: true, room: 'probe', roomList: true }});
const jwt = await probe.toJwt();
console.log(jwt.length);
{after}
"""


@pytest.mark.parametrize(
    ("files", "is_kept"),
    [
        ({"try.py": SCRIPT}, True),
        ({"tokens.py": SCRIPT, "server.py": "from tokens import jwt\n"}, False),
        ({"try.mjs": MODULE.format(after="")}, True),
        ({"try.mjs": MODULE.format(after="export { jwt };")}, False),
    ],
)
def test_a_variable_of_a_script_is_taken_by_nobody(files: dict[str, str], *, is_kept: bool) -> None:
    assert bool(found_in(files, "LK402")) is not is_kept


BOT = """from livekit import api
from .tokens import mint
async def start(room):
    token = mint(room, "bot", api.VideoGrants(room_join=True, room=room, room_admin=True))
    {after}
"""
HELPER = """from livekit import api
def mint(room, name, grants):
    return api.AccessToken().with_identity(name).with_grants(grants).to_jwt()
def join(room, name):
    return mint(room, name, api.VideoGrants(room_join=True, room=room))
"""


@pytest.mark.parametrize(
    ("after", "is_kept"),
    [
        ("await bot.connect(URL, token)", True),
        ("await bot.connect(URL, token, room)\n    send(token)", False),
        ("return token", False),
    ],
)
def test_rights_with_which_a_program_joins_by_itself_are_nobodys(after: str, *, is_kept: bool) -> None:
    found = found_in({"app/bot.py": BOT.format(after=after), "app/tokens.py": HELPER}, "LK401")

    assert bool(found) is not is_kept


@pytest.mark.parametrize(
    ("given", "rules"),
    [
        ("seconds=600", ["LK304"]),
        ("ttl=timedelta(minutes=5)", []),
        ("timedelta(minutes=5)", []),
        ("", ["LK302"]),
    ],
)
def test_a_lifetime_under_a_name_that_the_sdk_does_not_know_is_none(given: str, rules: list[str]) -> None:
    text = (
        "from datetime import timedelta\nfrom livekit import api\ndef mint(user):\n"
        "    grants = api.VideoGrants(room_join=True, room='a')\n"
        f"    return api.AccessToken().with_identity(user).with_ttl({given}).with_grants(grants).to_jwt()\n"
    )

    assert [rule for rule in ("LK302", "LK304") if found_in({"mint.py": text}, rule)] == rules


OBSERVER = """import {{ spawn }} from 'node:child_process';
import {{ AccessToken }} from 'livekit-server-sdk';
async function tokenFor(room) {{
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {{ identity: 'watch-1' }});
  at.addGrant({{ roomJoin: true, room, hidden: true }});
  return at.toJwt();
}}
export async function watch(room) {{
  const token = await tokenFor(room);
  {after}
}}
"""


@pytest.mark.parametrize(
    ("after", "is_kept"),
    [
        ("spawn('node', ['watch.mjs'], { env: { ...process.env, TOKEN: token } });", True),
        ("spawn('node', ['watch.mjs', '--token', token]);", True),
        ("spawn('node', ['watch.mjs', `--token=${token}`]);", True),
        ("return spawn('node', ['watch.mjs'], { env: { TOKEN: token } }).pid;", True),
        ("spawn('node', ['watch.mjs'], { env: { TOKEN: token } }); return token;", False),
        ("return { started: spawn('node', ['watch.mjs']), token };", False),
        ("notify({ TOKEN: token });", False),
        ("", False),
    ],
)
def test_a_process_that_the_program_starts_is_a_part_of_it(after: str, *, is_kept: bool) -> None:
    assert bool(found_in({"watch.js": OBSERVER.format(after=after)}, "LK406")) is not is_kept


def test_a_token_is_kept_where_all_who_ask_for_it_keep_it() -> None:
    maker = OBSERVER.format(after="spawn('node', ['watch.mjs', token]);").replace(
        "async function token", "export async function token"
    )
    asks = "import { tokenFor } from '../../../watch.js';\nexport const GET = async () => tokenFor('a');\n"

    assert not found_in({"watch.js": maker}, "LK406")
    assert found_in({"watch.js": maker, "app/api/token/route.js": asks}, "LK406")


@pytest.mark.parametrize(
    ("call", "is_kept"),
    [
        ("spawn('node', ['watch.mjs', await tokenFor(room)]);", True),
        ("spawn('node', ['watch.mjs'], { env: { TOKEN: await tokenFor(room) } });", True),
        ("notify(await tokenFor(room));", False),
    ],
)
def test_what_starts_may_be_told_what_a_helper_has_just_made(call: str, *, is_kept: bool) -> None:
    text = OBSERVER.format(after=call).replace("  const token = await tokenFor(room);\n", "")

    assert bool(found_in({"watch.js": text}, "LK406")) is not is_kept


@pytest.mark.parametrize(
    ("after", "is_kept"),
    [
        ('subprocess.Popen(["bot"], env={**os.environ, "TOKEN": jwt})', True),
        ('await asyncio.create_subprocess_exec("bot", jwt)', True),
        ("asyncio.create_task(run_bot(URL, jwt, room))", True),
        ("tasks.add_task(run_bot, URL, token=jwt)", True),
        ("asyncio.create_task(send_link(user, jwt))", False),
        ("tasks.add_task(email, user, jwt)", False),
        ("asyncio.create_task(run(link(jwt)))", False),
        ("await bot.connect(URL, jwt)", True),
        ('log.info("bot joins with %s", jwt)', False),
    ],
)
def test_the_same_for_what_a_helper_makes_in_python(after: str, *, is_kept: bool) -> None:
    helper = PYTHON.format(after="return token.to_jwt()").replace("def check(tokens)", "def mint()")
    text = f"{helper}\nasync def start(bot):\n    jwt = mint()\n    {after}\n"

    assert bool(found_in({"bots.py": text}, "LK402")) is not is_kept
