"""What is told from the bytes of a content: nothing that the extraction finds may be left out."""

from __future__ import annotations

import base64
import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lk_audit.facts import CredentialLiteral, Strength
from lk_audit.livekit.credentials import may_be_random
from lk_audit.scanning.candidates import may_hold_secret, may_publish, random_words, surroundings
from lk_audit.scanning.extraction import extract_credentials
from lk_audit.source import Source
from tests.samples import SECRET

KEY = "APIexample23456"
_SPELLINGS = {
    ".env": f"LIVEKIT_API_SECRET={SECRET}\n",
    "quoted.env": f"export LIVEKIT_API_SECRET='{SECRET}' # ours\n",
    "livekit.yaml": f"keys:\n  {KEY}: {SECRET}\n",
    "compose.yml": f'services:\n  livekit:\n    environment:\n      - "LIVEKIT_KEYS={KEY}: {SECRET}"\n',
    "default.yml": f"livekit:\n  env:\n    LIVEKIT_API_SECRET: ${{LIVEKIT_API_SECRET:-{SECRET}}}\n",
    "secret.yaml": "kind: Secret\ndata:\n  LIVEKIT_API_SECRET: " + base64.b64encode(SECRET.encode()).decode() + "\n",
    "a.json": f'{{"livekit": {{"apiKey": "{KEY}", "apiSecret": "{SECRET}"}}}}\n',
    "notes.md": f"LiveKit: `APIwxampBe23456` and\n**{SECRET}**\n",
    "run.sh": f"livekit-cli --api-key {KEY} --api-secret {SECRET} list-rooms\n",
    "a.py": f"from livekit import api\nclient = api.LiveKitAPI('wss://a.io', '{KEY}', '{SECRET}')\n",
    "b.py": f"import os\nS = os.getenv('LIVEKIT_API_SECRET', '{SECRET}')\n",
    "c.py": f"# LIVEKIT_API_SECRET = '{SECRET}'\nimport livekit\n",
    "a.ts": f"import {{ AccessToken }} from 'livekit-server-sdk';\nconst t = new AccessToken('{KEY}', `{SECRET}`);\n",
    "b.ts": f"export const s = process.env.LIVEKIT_API_SECRET ?? '{SECRET}';\n",
    "a.go": f'package a\nimport "github.com/livekit/protocol/auth"\nvar t = auth.NewAccessToken("{KEY}", "{SECRET}")\n',
    "main.tf": f'resource "x" "livekit" {{\n  livekit_api_secret = "{SECRET}"\n}}\n',
}


@pytest.mark.parametrize("path", _SPELLINGS)
def test_every_spelling_of_a_secret_is_a_candidate(path: str) -> None:
    data = _SPELLINGS[path].encode()

    facts = extract_credentials(Source(path, data)).facts

    assert [fact.secret.reveal() for fact in facts if isinstance(fact, CredentialLiteral)] == [SECRET]
    assert may_hold_secret(path, data)


_VALUES = st.one_of(
    st.text(string.ascii_letters + string.digits, min_size=20, max_size=64),
    st.text(string.ascii_letters + string.digits + "+/_-!@#%^&*.~", min_size=20, max_size=64),
    st.binary(min_size=16, max_size=48).map(lambda data: base64.b64encode(data).decode()),
    st.binary(min_size=16, max_size=32).map(bytes.hex),
)


@given(_VALUES, st.sampled_from(["S={}\n", "s: '{}'", '["{}"]', "x {}", "`{}`;", "<td>{}</td>", "({})"]))
def test_a_value_that_comes_out_of_a_generator_is_seen_in_its_text(value: str, frame: str) -> None:
    words = random_words("a.txt", frame.format(value).encode())

    if may_be_random(value) and value.isalnum():
        assert words


def test_secrets_of_the_official_generator_are_seen() -> None:
    chance = random.Random(7)
    for _ in range(500):
        secret = "".join(chance.choices(string.ascii_letters + string.digits, k=43))
        if may_be_random(secret):
            assert random_words("a.txt", f"a={secret}".encode()) == {secret.encode()}


@pytest.mark.parametrize(
    "text",
    [
        "import { something } from './a/rather/long/path/to/module.js';",
        "https://github.com/livekit/agents/blob/27dd3a1f4b9d4a09a39c5f5c8f7a3b2c1d0e9f8a/README.md",
        "uses: actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd",
        "golang.org/x/net v0.0.0-20200823014737-9f7001d12a5f",
        "integrity sha512-2hQ8vYb7Lk9xW3mZp5Rt6Nc4Ds1Fj0Ga==",
        "rtc.VideoBufferType.RGB24Converter.decode",
        "LIVEKIT_API_SECRET=${LIVEKIT_API_SECRET}",
    ],
)
def test_names_addresses_and_checksums_are_no_candidates(text: str) -> None:
    assert not random_words("a.txt", text.encode())


def test_a_random_word_alone_is_no_candidate() -> None:
    assert not may_hold_secret("a.txt", f"livekit {SECRET}".encode())


@pytest.mark.parametrize(
    ("path", "text", "is_candidate"),
    [
        (".env", "VITE_LIVEKIT_API_SECRET=", True),
        ("a.yml", "NEXT_PUBLIC_livekitSecret: x", True),
        (".env", "LIVEKIT_API_SECRET=", False),
        ("a.ts", "import.meta.env.VITE_LIVEKIT_API_SECRET", False),
    ],
)
def test_a_published_name_is_a_candidate_outside_code(path: str, text: str, *, is_candidate: bool) -> None:
    assert may_publish(path, text.encode()) is is_candidate


@pytest.mark.parametrize("line", ["x = {}()", "func (n *{}) run() {{", "  {},"])
def test_names_in_code_are_no_candidates(line: str) -> None:
    assert not random_words("a.go", line.format(SECRET).encode())


@pytest.mark.parametrize(
    "line",
    [
        "x = '{}'",
        'x = "key: {}"',
        "x = `${{a}}{}`",
        "# old: {}",
        " * @see {}",
        "API_SECRET={}",
        'x = "{{\\"a\\":\\"{}\\"}}"',
    ],
)
def test_strings_and_comments_in_code_are_candidates(line: str) -> None:
    assert random_words("a.js", line.format(SECRET).encode()) == {SECRET.encode()}


@pytest.mark.parametrize("path", ["a.pb.go", "a_pb2.py", "a_pb2_grpc.pyi", "a_pb.d.ts", "a.twirp.go"])
def test_what_protobuf_generates_is_no_candidate(path: str) -> None:
    assert not may_hold_secret(path, f"LIVEKIT_API_SECRET = '{SECRET}'".encode())


def test_the_numbers_of_a_source_map_are_no_candidates() -> None:
    text = f'{{"version":3,"sourcesContent":["const a = 1"],"mappings": "{SECRET},{SECRET};"}}'

    assert not random_words("a.js.map", text.encode())
    assert random_words("a.js.map", text.replace("const a", SECRET).encode())


# --- versions that agree ----------------------------------------------------------------------------------------------


def digest(text: str) -> bytes:
    return surroundings("a.py", text.encode(), frozenset({SECRET.encode()}))


CODE = f"import livekit\nKEY = '{SECRET}'\n" + "\n" * 30 + "a = 1\n" + "\n" * 30 + "LIVEKIT_SECRET = KEY\n"


def test_what_is_far_from_secrets_does_not_matter() -> None:
    assert digest(CODE) == digest(CODE.replace("a = 1", "b = 2\nc = 3"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (SECRET, SECRET[::-1]),
        ("KEY = '", "K = '"),
        ("LIVEKIT_SECRET = KEY", "LIVEKIT_SECRET = None"),
        ("import livekit", "import other"),
    ],
)
def test_what_is_near_to_them_or_binds_them_matters(before: str, after: str) -> None:
    assert digest(CODE) != digest(CODE.replace(before, after))


def test_only_strong_secrets_count() -> None:
    facts = extract_credentials(Source.from_text(".env", f"LIVEKIT_API_SECRET={SECRET}\n")).facts

    assert [fact.strength for fact in facts if isinstance(fact, CredentialLiteral)] == [Strength.STRONG]
