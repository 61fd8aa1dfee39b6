"""Names that any service could have (`apiSecret`, `secret`) in code: what they belong to says whose they are."""

from __future__ import annotations

import pytest

from lk_audit.rule_api import Confidence
from lk_audit.rule_loader import load_builtin_rules
from lk_audit.testing import run_example
from tests.samples import SECRET

RULES = [rule for rule in load_builtin_rules() if rule.id in {"LK101", "LK102"}]
IMPORT = "from livekit import api\n"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("conf.py", f'LIVEKIT = {{"url": "wss://live.acme.io", "api_secret": "{SECRET}"}}'),
        ("conf.py", f'CONFIG = {{"redis": {{}}, "livekit": {{"secret": "{SECRET}"}}}}'),
        ("conf.py", f'class LiveKitSettings(BaseSettings):\n    api_secret: str = "{SECRET}"'),
        ("conf.py", f'settings = LiveKitConfig(secret="{SECRET}")'),
        ("conf.ts", f"export const livekit = {{ url: 'wss://live.acme.io', apiSecret: '{SECRET}' }};"),
        ("conf.ts", f"export default {{ livekit: {{ server: {{ apiSecret: '{SECRET}' }} }} }};"),
        ("conf.go", f'package conf\n\nvar livekit = Config{{ApiSecret: "{SECRET}"}}'),
        ("config/livekit.py", f'API_SECRET = "{SECRET}"'),
        ("livekit_utils.gd", f'const DEFAULT_API_SECRET = "{SECRET}"'),
        ("config/livekit.php", f"<?php return ['secret' => '{SECRET}'];"),
    ],
)
def test_what_a_secret_belongs_to_says_that_it_is_livekits(path: str, code: str) -> None:
    outcome = run_example(f"--- {path}\n{code}\n", RULES)

    assert [finding.rule_id for finding in outcome.findings] == ["LK101"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("app.py", f'{IMPORT}SECRET_KEY = "{SECRET}"'),
        ("app.py", f'{IMPORT}app = Flask(__name__)\napp.secret_key = "{SECRET}"'),
        ("app.py", f'{IMPORT}checker = Checker(secret="{SECRET}")'),
        ("app.ts", f"import 'livekit-server-sdk';\napp.use(session({{ secret: '{SECRET}' }}));"),
        ("app.ts", f"import 'livekit-server-sdk';\napp.use(expressjwt({{ secret: '{SECRET}' }}));"),
        ("livekit_utils.gd", f'const DEV_SECRET_KEY = "{SECRET}"'),
        ("conf.ts", f"export const all = {{ livekit: {{}}, stripe: {{ apiSecret: '{SECRET}' }} }};"),
        ("conf.ts", f"export const livekit = {{ url: 'x', storage: {{ secret: '{SECRET}' }} }};"),
        ("conf.ts", f"export const livekit = {{ url: 'x', sign: {{ secret: '{SECRET}' }} }};"),
        ("words.ts", "export const en = { livekit: { apiKey: 'Key', apiSecret: 'Secret' } };"),
    ],
)
def test_the_secrets_of_sessions_other_tokens_and_services_are_not_livekits(path: str, code: str) -> None:
    assert run_example(f"--- {path}\n{code}\n", RULES).findings == ()


def test_a_plain_secret_beside_a_key_id_is_livekits() -> None:
    code = f"const key = 'APIexampLe23456';\nconst secret = '{SECRET}';\nconst host = 'wss://a.livekit.cloud';\n"

    outcome = run_example(f"--- conf.ts\n{code}", RULES)

    assert [(finding.rule_id, finding.confidence) for finding in outcome.findings] == [("LK101", Confidence.MEDIUM)]


@pytest.mark.parametrize(
    ("owner", "key", "name", "expected"),
    [
        ("LiveKitConfig", "APIexampLe23456", "_productionSecretKey", ["LK101"]),
        ("LiveKitConfig", "APIexampLe23456", "devSecret", ["LK101"]),
        ("LiveKitConfig", "acme-rooms", "_productionSecretKey", []),
        ("LiveKitConfig", "APIexampLe23456", "sessionSecretKey", []),
        ("Config", "APIexampLe23456", "_productionSecretKey", []),
    ],
)
def test_the_secret_of_an_environment_is_livekits_beside_its_key(
    owner: str, key: str, name: str, expected: list[str]
) -> None:
    code = f"class {owner} {{\n  static const _productionApiKey = '{key}';\n  static const {name} = '{SECRET}';\n}}\n"

    assert [item.rule_id for item in run_example(f"--- lib/conf.dart\n{code}", RULES).findings] == expected


@pytest.mark.parametrize(
    "code",
    [
        "const config = { apiKey: 'hiq_live_1234', apiSecret: 'hiq_secret_abcdef1234567890abcdef' };",
        "headers.set('api-key', KEY);\nconst apiSecret = 'acme-shop-secret-of-the-week';",
    ],
)
def test_a_word_for_the_keys_of_any_service_makes_no_file_livekits(code: str) -> None:
    assert run_example(f"--- settings.ts\n{code}\n", RULES).findings == ()


def test_what_becomes_a_setting_of_livekit_makes_the_file_livekits() -> None:
    code = f"var settings = {{ apiKey: 'acme-rooms', apiSecret: '{SECRET}' }};\nwindow.livekit = settings;\n"

    assert [finding.rule_id for finding in run_example(f"--- settings.js\n{code}", RULES).findings] == ["LK101"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("const fields = { livekitUrl: 'url', livekitApiKey: 'apiKey', livekitApiSecret: 'apiSecret' };", []),
        ("const livekitApiSecret = 'devsecret';", ["LK102"]),
        ("const env = { LIVEKIT_API_SECRET: 'apisecret' };", ["LK102"]),
    ],
)
def test_the_name_of_a_field_is_no_secret(code: str, expected: list[str]) -> None:
    assert [item.rule_id for item in run_example(f"--- form.ts\n{code}\n", RULES).findings] == expected


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("build/run.log", "testsecret", []),
        ("build/run.log", SECRET, ["LK101"]),
        ("build/run.conf", "testsecret", ["LK102"]),
    ],
)
def test_a_log_that_quotes_a_test_uses_no_secret(path: str, value: str, expected: list[str]) -> None:
    text = f'route.test.ts:80: vi.stubEnv("LIVEKIT_API_SECRET", "{value}");\nLIVEKIT_API_SECRET={value}\n'

    assert sorted({item.rule_id for item in run_example(f"--- {path}\n{text}", RULES).findings}) == expected
