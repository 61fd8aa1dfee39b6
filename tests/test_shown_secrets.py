"""API secrets that reach an answer or a log by way of records, texts and helpers."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

SERVER = """const express = require('express');
const app = express();
const config = {{ url: process.env.LIVEKIT_URL, apiSecret: process.env.LIVEKIT_API_SECRET }};
app.get('/config', (req, res) => {{
  {body}
}});
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("res.json(config);", True),
        ("const answer = { ok: true, config };\n  res.json(answer);", True),
        ("const line = `LIVEKIT_API_SECRET=${process.env.LIVEKIT_API_SECRET} npm start`;\n  res.send({ line });", True),
        ("console.log('settings', config);\n  res.end();", True),
        ("res.json({ ...config });", True),
        ("res.json({ ...config, apiSecret: '***' });", False),
        ("res.json({ url: config.url });", False),
        ("const { url } = config;\n  res.json({ url });", False),
        ("const state = { secret: config.apiSecret ? 'set' : 'missing' };\n  res.json(state);", False),
        ("const client = connect(config);\n  res.json({ client });", False),
        ("const size = { secret: config.apiSecret.length };\n  res.json(size);", False),
    ],
)
def test_what_is_in_a_record_or_text_is_shown_with_it(body: str, *, expected: bool) -> None:
    assert bool(found_in({"server.js": SERVER.format(body=body)}, "LK103")) is expected


@pytest.mark.parametrize(
    ("word", "is_shown"),
    [
        *(("File", False), ("Path", False), ("Name", False), ("Id", False), ("Url", False)),
        *(("Length", False), ("Size", False), ("Count", False), ("Value", True)),
    ],
)
def test_where_a_secret_is_and_how_long_shows_nothing_of_it(word: str, *, is_shown: bool) -> None:
    name = f"livekitSecret{word}"
    body = f"const {name} = process.env.LIVEKIT_API_SECRET;\n  console.log({name});\n  res.end();"

    assert bool(found_in({"server.js": SERVER.format(body=body)}, "LK103")) is is_shown


@pytest.mark.parametrize(("answer", "is_shown"), [("ctx.body", True), ("ctx.other", False)])
def test_the_body_of_an_answer_shows_what_it_is_given(answer: str, *, is_shown: bool) -> None:
    text = (
        "const Router = require('@koa/router');\nconst router = new Router();\n"
        f"router.get('/config', async (ctx) => {{ {answer} = {{ secret: process.env.LIVEKIT_API_SECRET }}; }});\n"
    )

    assert bool(found_in({"server.js": text}, "LK103")) is is_shown


HELPER = """import os

def command(room):
    return f"LIVEKIT_API_SECRET={os.environ['LIVEKIT_API_SECRET']} python agent.py {room}"
"""
APP = """from fastapi import FastAPI
from .helper import command
app = FastAPI()

def prepare(room):
    start = command(room)
    result = {{"room": room, {entry}}}
    return result

@app.post("/rooms")
def create(room: str):
    {body}
"""


@pytest.mark.parametrize(
    ("entry", "body", "expected"),
    [
        ("'start': start", "return prepare(room)", True),
        ("'start': start", "made = prepare(room)\n    return {'ok': True, **made}", True),
        ("'start': start", "made = prepare(room)\n    return {'room': made['room']}", False),
        ("'start': start", "prepare(room)\n    return {'ok': True}", False),
        ("'ok': run(start)", "return prepare(room)", False),
    ],
    ids=["as it is", "among others", "another part", "not at all", "run"],
)
def test_what_helpers_return_is_sent_where_handlers_answer_with_it(entry: str, body: str, *, expected: bool) -> None:
    files = {"app/helper.py": HELPER, "app/main.py": APP.format(entry=entry, body=body)}

    assert found_in(files, "LK103") == (["app/helper.py:4"] if expected else [])


def test_settings_that_a_helper_returns_to_make_tokens_with_are_sent_to_nobody() -> None:
    text = """import { AccessToken } from 'livekit-server-sdk';
function settings() {
  return { key: process.env.LIVEKIT_API_KEY, secret: process.env.LIVEKIT_API_SECRET };
}
export async function POST(request) {
  const { key, secret } = settings();
  const at = new AccessToken(key, secret, { identity: await nameOf(request), ttl: '10m' });
  at.addGrant({ roomJoin: true, room: 'hall' });
  return Response.json({ token: await at.toJwt() });
}
"""

    assert not found_in({"app/api/token/route.ts": text}, "LK103")


CLASS = """import logging, os
from dataclasses import asdict, dataclass, field
from pydantic import SecretStr
from pydantic_settings import BaseSettings

{mark}
class Settings{base}:
    livekit_url: str
    {field}
{method}

settings = Settings({given})
print({shown})
"""
BASE, PLAIN = "(BaseSettings)", "livekit_api_secret: str"
GIVEN = "os.environ['LIVEKIT_URL'], os.environ['LIVEKIT_API_SECRET']"
NAMED = "livekit_url='x', livekit_api_secret=os.environ['LIVEKIT_API_SECRET']"


@pytest.mark.parametrize(
    ("base", "declared", "given", "shown", "expected"),
    [
        (BASE, PLAIN, "", "settings", True),
        (BASE, f'{PLAIN} = ""', "", "f'started with {settings}'", True),
        (BASE, f'{PLAIN} = ""', "", "settings.model_dump()", True),
        (BASE, PLAIN, "", "settings.dict()", True),
        (BASE, PLAIN, "", "settings.__dict__", True),
        (BASE, PLAIN, "", "settings.model_dump(exclude={'livekit_api_secret'})", False),
        (BASE, PLAIN, "", "settings.livekit_url", False),
        (BASE, PLAIN, "", "bool(settings)", False),
        (BASE, "livekit_api_secret: SecretStr", "", "settings", False),
        (BASE, 'livekit_api_secret: str = Field("", repr=False)', "", "settings", False),
        (BASE, "other: str", "", "settings", False),
        ("@dataclass", PLAIN, GIVEN, "settings", True),
        ("@dataclass(frozen=True)", PLAIN, NAMED, "settings", True),
        ("@dataclass", PLAIN, GIVEN, "asdict(settings)", True),
        ("@dataclass", "livekit_api_secret: str = field(repr=False)", GIVEN, "settings", False),
        ("@dataclass", PLAIN, "'ws://x', 'from elsewhere'", "settings", False),
        ("", PLAIN, GIVEN, "settings", False),
    ],
)
def test_an_object_is_shown_with_its_fields(
    base: str, declared: str, given: str, shown: str, *, expected: bool
) -> None:
    mark, parents = (base, "") if base.startswith("@") else ("", base)
    text = CLASS.format(mark=mark, base=parents, field=declared, method="", given=given, shown=shown)

    assert bool(found_in({"app.py": text}, "LK103")) is expected


def test_a_class_may_make_its_instance_itself() -> None:
    method = f"    @classmethod\n    def load(cls):\n        return cls({GIVEN})"
    text = CLASS.format(mark="@dataclass", base="", field=PLAIN, method=method, given="", shown="settings")

    assert found_in({"app.py": text.replace("settings = Settings()", "settings = Settings.load()")}, "LK103")


def test_a_class_may_say_itself_what_is_shown_of_it() -> None:
    method = "    def __repr__(self):\n        return 'Settings'"
    text = CLASS.format(mark="", base=BASE, field=PLAIN, method=method, given="", shown="settings")

    assert not found_in({"app.py": text}, "LK103")


READ = "const secret = process.env.LIVEKIT_API_SECRET;"


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.js", f"{READ}\nconsole.log('environment', process.env);", True),
        ("a.js", f"{READ}\nconsole.log(JSON.stringify({{ ...process.env }}));", True),
        ("a.js", f"{READ}\nconsole.log(process.env.NODE_ENV, Object.keys(process.env));", False),
        ("a.js", "const s = process.env.STRIPE_SECRET;\nconsole.log('environment', process.env);", False),
        ("a.py", "import os\ns = os.environ['LIVEKIT_API_SECRET']\nprint(dict(os.environ))", True),
        ("a.py", "import os\ns = os.environ['LIVEKIT_API_SECRET']\nprint(os.environ.copy())", True),
        ("a.py", "import os\ns = os.environ['LIVEKIT_API_SECRET']\nprint(len(os.environ))", False),
        ("a.py", "import os\ns = os.environ['LIVEKIT_API_SECRET']\nrun(env=dict(os.environ))", False),
    ],
)
def test_the_environment_is_shown_with_the_secret_that_the_file_reads(path: str, text: str, *, expected: bool) -> None:
    assert bool(found_in({path: text}, "LK103")) is expected


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.js", f"{READ}\nif (secret.length < 32) throw new Error(`too short: ${{secret}}`);", True),
        ("a.js", f"{READ}\nif (!secret) throw new Error('LIVEKIT_API_SECRET is missing');", False),
        ("a.js", f"{READ}\nif (!ok(secret)) throw new Error(`only ${{secret.length}} characters`);", False),
        ("a.py", "import os\ns = os.environ['LIVEKIT_API_SECRET']\nraise ValueError(f'bad secret {s!r}')", False),
        ("a.py", "import os\nsecret = os.environ['LIVEKIT_API_SECRET']\nraise ValueError(f'bad {secret!r}')", True),
        ("a.py", "import os\nsecret = os.environ['LIVEKIT_API_SECRET']\nprint(f'{secret=}')", True),
        ("a.py", "import os\nsecret = os.environ['LIVEKIT_API_SECRET']\nprint(f'{secret:.4}')", False),
    ],
)
def test_errors_and_conversions_show_what_they_are_given(path: str, text: str, *, expected: bool) -> None:
    assert bool(found_in({path: text}, "LK103")) is expected


SETTINGS = {
    "src/config.ts": """export const config = {
  port: 3000,
  livekit: { url: process.env.LIVEKIT_URL, apiSecret: process.env.LIVEKIT_API_SECRET },
};
""",
    "config.py": """import os
from dataclasses import dataclass

@dataclass
class Settings:
    url: str
    api_secret: str

config = Settings(os.environ["LIVEKIT_URL"], os.environ["LIVEKIT_API_SECRET"])
""",
}
SHOWING = {
    "src/server.ts": "import { config } from './config';\nimport { logger } from './logger';\n",
    "server.py": "import logging\nfrom config import config\nlogger = logging.getLogger(__name__)\n",
}


@pytest.mark.parametrize(
    ("path", "line", "expected"),
    [
        ("src/server.ts", "console.log(config);", True),
        ("src/server.ts", "console.log('starting', config.livekit);", True),
        ("src/server.ts", "logger.info(`starting with ${JSON.stringify(config, null, 2)}`);", True),
        ("src/server.ts", "logger.info({ config }, 'starting');", True),
        ("src/server.ts", "import express from 'express';\nexpress().get('/c', (req, res) => res.json(config));", True),
        (
            "src/server.ts",
            "import express from 'express';\nexpress().get('/c', (req, res) => res.json(config.port));",
            False,
        ),
        ("src/server.ts", "console.log(config.port);", False),
        ("src/server.ts", "console.log('starting', config.livekit.url);", False),
        ("src/server.ts", "start(config); console.log('started');", False),
        ("server.py", "print(config)", True),
        ("server.py", "logger.info('starting with %s', config)", True),
        ("server.py", "logger.info(f'starting with {config}')", True),
        ("server.py", "logger.info('starting at %s', config.url)", False),
    ],
)
def test_another_file_may_show_what_is_kept_in_settings(path: str, line: str, *, expected: bool) -> None:
    kept = "src/config.ts" if path.endswith(".ts") else "config.py"
    found = found_in({kept: SETTINGS[kept], path: f"{SHOWING[path]}{line}\n"}, "LK103")

    last = SHOWING[path].count("\n") + line.count("\n") + 1
    assert found == ([f"{path}:{last}"] if expected else [])


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ("pino({ redact: ['config.apiSecret'] })", False),
        ("pino({ redact: { paths: ['*.apiSecret'], censor: '***' } })", False),
        ("pino({ redact: ['req.headers.authorization'] })", True),
        ("pino()", True),
    ],
)
def test_a_logger_may_be_told_to_hide_secrets(made: str, *, expected: bool) -> None:
    log = SERVER.format(body="logger.info({ config }, 'settings');")

    assert bool(found_in({"server.js": f"const logger = {made};\n{log}"}, "LK103")) is expected


@pytest.mark.parametrize(
    ("helper", "call", "expected"),
    [
        ("exports.dump = (label, value) => console.log(label, value);", "dump('s', SECRET)", True),
        (
            "exports.dump = (label, value) => { if (value) console.log(`${label}: ${value}`); };",
            "dump('s', SECRET)",
            True,
        ),
        ("exports.dump = (label, value) => { console.log(label); keep(value); };", "dump('s', SECRET)", False),
        ("exports.dump = (label, value) => console.log(label, value ? 'set' : 'missing');", "dump('s', SECRET)", False),
        ("exports.dump = (label, value) => console.log(label, value.slice(0, 3));", "dump('s', SECRET)", False),
        ("exports.dump = (label, value) => console.log(label, value);", "dump('s', !!SECRET)", False),
        ("exports.dump = (label, livekitSecret) => console.log(label, 'set');", "dump('s', SECRET)", False),
        ("exports.dump = (label, value) => console.log(label, value);", "dump(SECRET ? 'set' : 'missing', 5)", False),
    ],
)
def test_a_helper_may_log_what_it_is_given(helper: str, call: str, *, expected: bool) -> None:
    text = f"const {{ dump }} = require('./log');\n{call.replace('SECRET', 'process.env.LIVEKIT_API_SECRET')};\n"

    assert bool(found_in({"start.js": text, "log.js": f"{helper}\n"}, "LK103")) is expected


@pytest.mark.parametrize(
    ("call", "shows"), [("dump('s', SECRET)", True), ("dump(value=SECRET)", True), ("dump(SECRET)", False)]
)
def test_it_is_the_same_in_python(call: str, *, shows: bool) -> None:
    helper = "import logging\nlogger = logging.getLogger()\ndef dump(label, value):\n    logger.info('%s', value)\n"
    secret = "os.environ['LIVEKIT_API_SECRET']"
    text = f"import os\nfrom log import dump\n{call.replace('SECRET', secret)}\n"

    assert bool(found_in({"start.py": text, "log.py": helper}, "LK103")) is shows


def test_what_a_helper_logs_by_the_name_of_the_secret_is_told_once() -> None:
    helper = "exports.dump = (livekitApiSecret) => console.log(livekitApiSecret);\n"
    start = "const { dump } = require('./log');\ndump(process.env.LIVEKIT_API_SECRET);\n"

    assert found_in({"start.js": start, "log.js": helper}, "LK103") == ["log.js:1"]
