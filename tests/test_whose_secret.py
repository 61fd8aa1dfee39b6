"""Secrets that stand beside LiveKit's and are something else's, and those that only a helper shows to be LiveKit's."""

from __future__ import annotations

import pytest

from lk_audit.facts import Carrier, CredentialLiteral, EnvExposure
from tests.languages.minting import facts_of, found_in
from tests.samples import SECRET

OTHER = "Rk3Qw8Zt5Lm2Xc9Vb7Nf4Hj6Pd1Gs0Ty3Ua8Eo5Iq"


def secrets_in(files: dict[str, str]) -> list[tuple[str, Carrier]]:
    """The API secrets that the files hold, with what carries them."""
    return [(fact.secret.reveal(), fact.carrier) for fact in facts_of(files) if isinstance(fact, CredentialLiteral)]


@pytest.mark.parametrize(
    "storage",
    [
        f'"storage":{{"s3":{{"access_key":"AKexample","secret":"{OTHER}"}}}}',
        f'"s3":{{"secret":"{OTHER}"}}',
    ],
)
def test_an_object_in_a_variable_says_by_its_keys_whose_a_secret_is(storage: str) -> None:
    body = f'{{"api_key":"APIexample23456","api_secret":"{SECRET}",{storage}}}'
    compose = f"services:\n  egress:\n    image: livekit/egress\n    environment:\n      - EGRESS_CONFIG_BODY={body}\n"

    assert secrets_in({"docker-compose.yml": compose}) == [(SECRET, Carrier.CONFIGURATION)]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (f"LIVEKIT_API_KEY=APIexample23456\nAPI_SECRET={OTHER}\n", [OTHER]),
        (f"LIVEKIT_API_KEY=APIexample23456\nLIVEKIT_API_SECRET={SECRET}\nAPI_SECRET={OTHER}\n", [SECRET]),
        (f"API_KEY_SECRET=swordfish12\nLIVEKIT_API_KEY=devkey\nLIVEKIT_API_SECRET={SECRET}\n", [SECRET]),
    ],
)
def test_an_environment_file_that_names_the_secret_of_livekit_holds_no_other_of_it(
    lines: str, expected: list[str]
) -> None:
    assert [secret for secret, _ in secrets_in({".env": lines})] == expected


def test_what_serde_calls_a_field_is_no_secret() -> None:
    code = """#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Project {
    pub livekit_server_api_secret: String,
}
"""
    assert not secrets_in({"src/models.rs": code})


GO_SETTINGS = """package config

import (
	"os"
	"strings"
)

func Load() *Config {
	c := &Config{}
	c.LiveKit.APISecret = setting("%s", "%s")
	return c
}

func setting(key, fallback string) string {
	if value := strings.TrimSpace(os.Getenv(key)); value != "" {
		return value
	}
	return fallback
}
"""


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("LIVEKIT_API_SECRET", SECRET, [(SECRET, Carrier.FALLBACK)]),
        ("LIVEKIT_API_SECRET", "changeme-please", [("changeme-please", Carrier.FALLBACK)]),
        ("SESSION_SECRET", SECRET, []),
    ],
)
def test_what_a_helper_gives_when_a_variable_is_not_set_is_its_fallback(
    name: str, value: str, expected: list[tuple[str, Carrier]]
) -> None:
    assert secrets_in({"go.mod": "module shop\n", "config.go": GO_SETTINGS % (name, value)}) == expected


def test_it_is_the_fallback_too_where_the_secret_is_used_at_once() -> None:
    head = 'package main\n\nimport (\n\t"os"\n\t"strings"\n\n\t"github.com/livekit/protocol/auth"\n)\n'
    use = '\nfunc main() {\n\tauth.NewAccessToken("devkey", setting("LIVEKIT_API_SECRET", "changeme-please"))\n}\n'
    code = head + use + GO_SETTINGS[GO_SETTINGS.index("\nfunc setting") :]

    assert secrets_in({"main.go": code}) == [("changeme-please", Carrier.FALLBACK)]


def test_what_takes_the_place_of_a_variable_in_any_case_is_no_fallback() -> None:
    code = "import os\nfrom livekit import api\nsecret = os.getenv('LIVEKIT_API_SECRET')\nif offline:\n"
    code += "    secret = 'changeme-please'\napi.AccessToken('devkey', secret)\n"

    assert secrets_in({"main.py": code}) == [("changeme-please", Carrier.ASSIGNMENT)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('if [ "$LIVEKIT_API_SECRET" = "secret" ]; then', 0),
        ('if [[ -z "$LIVEKIT_URL" || "${LIVEKIT_API_SECRET}" = devsecret ]]; then', 0),
        ("if test $LIVEKIT_API_SECRET = secret; then", 0),
        ('if [ "x$LIVEKIT_API_SECRET" = "xsecret" ]; then', 0),
        ('if [ "$LIVEKIT_KEYS" = "devkey:secret" ]; then', 0),
        ('kept="$(sed -n \'s/^LIVEKIT_API_SECRET=//p\' "$1")"', 0),
        ("sed -i 's|LIVEKIT_API_SECRET=||' .env", 0),
        ("# /LIVEKIT_API_SECRET=changeme/please", 1),
        ("sed -i 's/^LIVEKIT_API_SECRET=$/LIVEKIT_API_SECRET=secret/' .env", 1),
        ('[ "$LIVEKIT_API_SECRET" ] || LIVEKIT_API_SECRET="secret"', 1),
        ('"LIVEKIT_API_SECRET" = "secret"', 1),
        ('$LIVEKIT_API_SECRET = "secret"', 1),
    ],
)
def test_a_script_that_asks_whether_a_secret_is_in_use_does_not_use_it(line: str, expected: int) -> None:
    assert len(secrets_in({"deploy/check.sh": f"#!/bin/sh\n{line}\n"})) == expected


IN_JAVA = "class Settings {{ String value = {}; }}\n"
IN_GO = 'package settings\n\nimport (\n\t"cmp"\n\t"os"\n)\n\nvar value = {}\n'


@pytest.mark.parametrize(
    ("path", "code", "expected"),
    [
        ("Settings.java", 'Objects.requireNonNullElse(System.getenv("LIVEKIT_API_SECRET"), "{}")', [SECRET]),
        ("Settings.java", 'Optional.ofNullable(System.getenv("LIVEKIT_API_SECRET")).orElse("{}")', [SECRET]),
        ("settings.go", 'cmp.Or(os.Getenv("LIVEKIT_API_SECRET"), "{}")', [SECRET]),
        ("Settings.java", 'Objects.requireNonNull(System.getenv("LIVEKIT_API_SECRET"), "{}")', []),
        ("Settings.java", 'System.getenv("LIVEKIT_API_SECRET").equals("{}")', []),
        ("Settings.java", 'String.format("{}", System.getenv("LIVEKIT_API_SECRET"))', []),
        ("settings.go", 'replaced(os.Getenv("LIVEKIT_API_SECRET"), "{}")', []),
    ],
)
def test_what_stands_in_for_a_variable_is_found_where_nothing_uses_it(
    path: str, code: str, expected: list[str]
) -> None:
    text = (IN_GO if path.endswith(".go") else IN_JAVA).format(code.format(SECRET))

    assert secrets_in({path: text}) == [(secret, Carrier.FALLBACK) for secret in expected]


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("LIVEKIT_API_SECRET: z.string().default('{}')", [SECRET]),
        ("LIVEKIT_API_SECRET: z.string().min(32).default('{}').describe('signs tokens')", [SECRET]),
        ("LIVEKIT_API_SECRET: z.string().prefault('{}')", [SECRET]),
        ("LIVEKIT_API_SECRET: z.string().catch('{}')", [SECRET]),
        ("LIVEKIT_API_SECRET: Joi.string().default('{}')", [SECRET]),
        ("LIVEKIT_API_SECRET: str({{ default: '{}' }})", [SECRET]),
        ("LIVEKIT_API_SECRET: str({{ devDefault: '{}' }})", [SECRET]),
        ("livekit: {{ secret: {{ format: String, env: 'LIVEKIT_API_SECRET', default: '{}' }} }}", [SECRET]),
        ("SESSION_SECRET: z.string().default('{}')", []),
        ("LIVEKIT_API_SECRET: z.string().describe('{}')", []),
        ("LIVEKIT_API_SECRET: z.string().refine(isGood, '{}')", []),
        ("LIVEKIT_API_SECRET: str({{ example: '{}' }})", []),
    ],
)
def test_what_a_schema_gives_when_nobody_sets_a_setting_is_its_fallback(setting: str, expected: list[str]) -> None:
    code = f"export const settings = schema({{ {setting.format(SECRET)} }});\n"

    assert secrets_in({"src/env.ts": code}) == [(secret, Carrier.FALLBACK) for secret in expected]


OWNED = """package config

func defaults() Config {
	return Config{
		LiveKit: LiveKitConfig{
			URL:       "ws://localhost:7880",
			APIKey:    "%s",
			APISecret: "%s",
		},
	}
}
"""


@pytest.mark.parametrize(
    ("key", "secret", "is_found"),
    [
        ("devkey", "secret", True),
        ("devkey", "acme-dev-secret-of-32-characters-or-more", True),
        ("APIexamp7e23456", "acme-dev-secret-of-32-characters-or-more", True),
        ("API key", "API secret of the project", False),
        ("API key", SECRET, True),
    ],
)
def test_a_guessable_secret_needs_a_key_of_livekit_beside_it_where_only_its_owner_says_livekit(
    key: str, secret: str, *, is_found: bool
) -> None:
    found = secrets_in({"config.go": OWNED % (key, secret)})

    assert found == ([(secret, Carrier.ASSIGNMENT)] if is_found else [])


SETTINGS = "from pydantic import Field, SecretStr\nfrom pydantic_settings import BaseSettings, SettingsConfigDict\n\n\n"


@pytest.mark.parametrize(
    ("body", "carrier"),
    [
        ("livekit_api_secret: str = '{}'", Carrier.ASSIGNMENT),
        ("livekit_api_secret: str = Field('{}', min_length=32)", Carrier.FALLBACK),
        ("livekit_api_secret: str = Field(default='{}')", Carrier.FALLBACK),
        ("livekit_api_secret: SecretStr = SecretStr('{}')", Carrier.FALLBACK),
        ("livekit_api_secret: SecretStr = Field(default=SecretStr('{}'))", Carrier.FALLBACK),
        ("secret: str = Field(default='{}', alias='LIVEKIT_API_SECRET')", Carrier.FALLBACK),
        ("model_config = SettingsConfigDict(env_prefix='LIVEKIT_')\n    api_secret: str = '{}'", Carrier.ASSIGNMENT),
        ("class Config:\n        env_prefix = 'LIVEKIT_'\n    api_secret: str = Field('{}')", Carrier.FALLBACK),
        ("livekit_api_secret: str = Field(..., description='{}')", None),
        ("session_secret: str = Field(default='{}')", None),
        ("model_config = SettingsConfigDict(env_prefix='STRIPE_')\n    api_secret: str = '{}'", None),
    ],
)
def test_a_field_of_settings_may_hold_the_secret_as_its_default(body: str, carrier: Carrier | None) -> None:
    code = f"{SETTINGS}class Settings(BaseSettings):\n    {body.format(SECRET)}\n"

    assert secrets_in({"app/settings.py": code}) == ([] if carrier is None else [(SECRET, carrier)])


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("shared: { VITE_LIVEKIT_API_SECRET: z.string() }", ["VITE_LIVEKIT_API_SECRET"]),
        ("client: { NEXT_PUBLIC_LIVEKIT_API_SECRET: z.string().min(1) }", ["NEXT_PUBLIC_LIVEKIT_API_SECRET"]),
        ("server: { LIVEKIT_API_SECRET: z.string() }, client: { VITE_LIVEKIT_URL: z.string() }", []),
        ("names: { VITE_LIVEKIT_API_SECRET: 'LIVEKIT_API_SECRET' }", []),
    ],
)
def test_a_schema_may_want_the_secret_under_a_public_name(fields: str, expected: list[str]) -> None:
    code = f"import {{ z }} from 'zod';\nexport const settings = createEnv({{ {fields} }});\n"
    facts = facts_of({"src/config.ts": code})

    assert [fact.name for fact in facts if isinstance(fact, EnvExposure)] == expected


def test_every_copy_of_a_secret_in_a_file_is_found_whatever_it_is_called() -> None:
    code = f"LIVEKIT_API_SECRET = '{SECRET}'\n\nassert signer() == '{SECRET}'\nother = '{OTHER}'\n"

    facts = [fact for fact in facts_of({"check.py": code}) if isinstance(fact, CredentialLiteral)]

    assert [(fact.secret.reveal(), fact.place.line) for fact in facts] == [(SECRET, 1), (SECRET, 3)]


def test_a_word_that_serves_as_a_secret_may_be_anything_elsewhere() -> None:
    code = "LIVEKIT_API_SECRET = 'devsecret'\nname = 'devsecret'\n"

    assert len(secrets_in({"settings.py": code})) == 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [("devsecret", 1), ("a phrase of more than thirty-two".replace(" ", "-"), 1), ("api-secret", 0), ("secret", 0)],
)
def test_a_guessable_word_is_a_secret_by_its_owner_where_no_label_would_read_so(value: str, expected: int) -> None:
    code = f'public class LiveKitOptions\n{{\n    public string ApiSecret {{ get; init; }} = "{value}";\n}}\n'

    assert len(found_in({"Options.cs": code}, "LK102")) == expected


@pytest.mark.parametrize(
    "code",
    [
        "import os\nif not (secret := os.getenv('LIVEKIT_API_SECRET')):\n    secret = 'devsecret'\n",
        "import os\nsecret = os.environ.get('LIVEKIT_API_SECRET')\nif not secret:\n    secret = 'devsecret'\n",
    ],
)
def test_what_a_variable_is_given_when_the_environment_is_silent_is_a_fallback(code: str) -> None:
    used = f"{code}print(len(secret))\n"

    assert len(found_in({"conf.py": used}, "LK102")) == 1
    assert found_in({"conf.py": used.replace("LIVEKIT_API_SECRET", "JWT_SECRET")}, "LK102") == []


@pytest.mark.parametrize(
    ("stage", "expected"), [("Production", 1), ("Test", 0), ("TestingConfig", 0), ("Development", 0)]
)
def test_the_settings_of_tests_and_of_development_may_be_a_class_beside_those_of_production(
    stage: str, expected: int
) -> None:
    code = f"class {stage}(Base):\n    LIVEKIT = {{'api_key': 'devkey', 'api_secret': 'devsecret'}}\n"

    assert len(found_in({"settings.py": code}, "LK102")) == expected


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("env.ts", "export const env = { LIVEKIT_API_SECRET: parsed.LIVEKIT_API_SECRET ?? 'devsecret' };\n"),
        ("conf.js", "const livekit = { apiKey: 'devkey', apiSecret: config.secret || 'devsecret' };\n"),
        ("conf.py", "LIVEKIT_API_SECRET = options.get('secret') or 'devsecret'\n"),
    ],
)
def test_what_stands_in_for_something_else_is_called_as_that_is(path: str, code: str) -> None:
    assert len(found_in({path: code}, "LK102")) == 1


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("conf.js", "module.exports = { get livekitApiSecret() { return 'SECRET'; } };\n"),
        ("conf.py", "def get_livekit_api_secret():\n    return 'SECRET'\n"),
        ("conf.ts", "export const livekitApiSecret = () => 'SECRET';\n"),
        ("Conf.kt", 'fun livekitApiSecret() = "SECRET"\n'),
    ],
)
def test_a_function_that_only_returns_a_text_is_a_name_for_it(path: str, code: str) -> None:
    assert len(found_in({path: code.replace("SECRET", SECRET)}, "LK101")) == 1
    assert found_in({path: code.replace("SECRET", "no-secret-here")}, "LK102") == []


@pytest.mark.parametrize(
    ("code", "carrier"),
    [
        ("const at = new AccessToken(KEY, '{}');", Carrier.ARGUMENT),
        ("const signing = '{}';\nconst at = new AccessToken(KEY, signing);", Carrier.ASSIGNMENT),
        ("const livekit = {{ signing: '{}' }};\nconst at = new AccessToken(KEY, livekit.signing);", Carrier.ASSIGNMENT),
    ],
    ids=["where it is given", "a variable", "a record"],
)
def test_a_secret_is_said_to_stand_where_it_is_written(code: str, carrier: Carrier) -> None:
    head = "import {{ AccessToken }} from 'livekit-server-sdk';\n"

    assert secrets_in({"server.js": (head + code).format(SECRET)}) == [(SECRET, carrier)]
