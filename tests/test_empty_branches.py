"""Tokens and secrets that are logged only where there is none: a text that is not there gives nothing away."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

JS = """const { AccessToken } = require('livekit-server-sdk');
const router = require('express').Router();
router.post('/token', requireAuth, async (req, res) => {
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity: 'a', ttl: '5m' });
  at.addGrant({ roomJoin: true, room: 'r' });
  const token = await at.toJwt();
  LOG
  res.json({ token });
});
"""
PY = """import os
from livekit import api

API_SECRET = os.environ.get("LIVEKIT_API_SECRET")
LOG
"""
WITHOUT = [
    "if (typeof token !== 'string') { console.error('no text', token); return res.status(500).end(); }",
    "if (!token) console.error('nothing', token);",
    "if (!token || typeof token !== 'string') console.error('no text', token);",
    "if (token === null) console.error('nothing', token);",
    "if (req.body.debug && !token) console.error('nothing', token);",
    "if (!(typeof token === 'string')) console.error('no text', token);",
    "if (typeof token === 'string') note(); else console.error('no text', token);",
    "console.error(token ? 'made' : token);",
]
WITH = [
    "if (typeof token === 'string') console.error('made', token);",
    "if (token) console.error('made', token);",
    "if (!token || req.body.debug) console.error('made', token);",
    "if (!req.body.debug) console.error('made', token);",
    "if (typeof token !== 'undefined') console.error('made', token);",
    "if (!token) note(); else console.error('made', token);",
    "if (typeof room !== 'string') console.error('made', token);",
]


@pytest.mark.parametrize("log", WITHOUT)
def test_what_is_logged_where_there_is_no_token_is_none(log: str) -> None:
    assert not found_in({"server.js": JS.replace("LOG", log)}, "LK103")


@pytest.mark.parametrize("log", WITH)
def test_what_is_logged_where_there_may_be_a_token_is_one(log: str) -> None:
    assert found_in({"server.js": JS.replace("LOG", log)}, "LK103") == ["server.js:7"]


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("API_SECRET is None", False),
        ("not isinstance(API_SECRET, str)", False),
        ("not API_SECRET", False),
        ("isinstance(API_SECRET, str)", True),
        ("API_SECRET is not None", True),
    ],
)
def test_neither_is_what_is_logged_of_a_secret_that_is_not_set(test: str, *, expected: bool) -> None:
    log = f'if {test}:\n    print("secret:", API_SECRET)'

    assert bool(found_in({"app.py": PY.replace("LOG", log)}, "LK103")) is expected


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("app.py", "{0}def read(key=None):\n    if key is None:\n        key = {1}\n        print('secret', key)\n"),
        ("app.js", "{0}let key;\nfunction read() {{ if (!key) {{ key = {1}; console.log('secret', key); }} }}\n"),
    ],
)
def test_what_is_set_inside_the_branch_is_logged(file: str, code: str) -> None:
    is_python = file.endswith(".py")
    head = "import os\nfrom livekit import api\n" if is_python else "const sdk = require('livekit-server-sdk');\n"
    secret = "os.environ['LIVEKIT_API_SECRET']" if is_python else "process.env.LIVEKIT_API_SECRET"

    assert found_in({file: code.format(head, secret)}, "LK103")
