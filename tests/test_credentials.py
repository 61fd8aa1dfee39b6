"""What a value is worth as a LiveKit API secret, and what names say."""

from __future__ import annotations

import random
import string
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lk_audit.facts import Strength
from lk_audit.livekit.credentials import is_generated_key_id, is_key_id, judge
from lk_audit.livekit.setting_names import (
    is_generic_secret_name,
    is_key_name,
    is_secret_name,
    is_token_name,
    public_prefix,
)
from lk_audit.secret import Secret

BASE62 = string.ascii_letters + string.digits


def made_up(length: int, alphabet: str = BASE62, seed: int = 1) -> str:
    return "".join(random.Random(seed).choices(alphabet, k=length))


@pytest.mark.parametrize(
    "value",
    [
        "",
        "ab",
        "<your api secret>",
        "your_api_secret",
        "YOUR-SECRET-HERE",
        "yourapisecret",
        "insert_secret_here",
        "replace-with-your-secret",
        "example_secret",
        "TODO",
        "xxxx",
        "XXXXXXXXXXXXXXXX",
        "xxxxx-secret",
        "lk_secret_YYYYYYYYYYYYYYYY",
        "EXAMPLEkR7pQ2vX9mZ4tB6nL8wJ3hC5d",
        "Kp3VtX8mQz2Rb6NwL9Hc4JdGf7YsEXAMPLEKEY",
        "****",
        "abc...",
        "abcd…",
        "tu_api_secret",
        "votre-secret-api",
        "credentials",
        "wrong-secret",
        "invalid_api_secret",
        "dein-api-secret",
        "sua_chave_secreta_aqui",
        "你的密钥",
        "ваш-секрет",
        "あなたのシークレット",
    ],
)
def test_a_placeholder_in_any_language_is_no_secret(value: str) -> None:
    assert judge(value) is None


@pytest.mark.parametrize(
    "word", ["tu", "su", "sua", "seu", "ton", "ta", "put", "get", "set", "via", "xxx", "the", "qui"]
)
def test_a_short_word_of_advice_makes_a_placeholder_only_where_it_stands_alone(word: str) -> None:
    assert judge(f"{word}-zugang-wert") is None
    assert judge(f"{word}zugangswert") is Strength.WEAK


@pytest.mark.parametrize(
    "value",
    [
        "${LIVEKIT_API_SECRET}",
        "$LIVEKIT_API_SECRET",
        "{{ .Values.livekit.apiSecret }}",
        "%LIVEKIT_API_SECRET%",
        "__API_SECRET__",
        "__livekit_api_secret__",
        "#{secret}",
        "@Microsoft.KeyVault(SecretUri=https://x)",
        "op://vault/item/field",
        "vault:secret/data/livekit",
        "arn:aws:secretsmanager:eu-west-1:1:secret:x",
        "projects/acme/secrets/livekit",
        "secretKeyRef",
        "!Ref LiveKitSecret",
        "LIVEKIT_API_SECRET",
        "process.env.LIVEKIT_API_SECRET",
        "os.getenv(",
        ".*/s",
        "config.livekit.secret",
        "/run/secrets/livekit",
        "./secret.txt",
        "https://vault.acme.io/x",
        "the secret from the dashboard",
        "true",
        "null",
        "string",
        "livekit_api_secret",
        "sha256:0123456789abcdef",
        "f47ac10b-58cc-4372-a567-0e02b2c3d479",
    ],
)
def test_a_reference_or_a_piece_of_code_is_no_secret(value: str) -> None:
    assert judge(value) is None


@pytest.mark.parametrize("prefix", ["sk-", "sk_live_", "ghp_", "xoxb-", "SG.", "hf_", "gsk_", "eyJ"])
def test_the_keys_of_other_vendors_are_no_livekit_secrets(prefix: str) -> None:
    assert judge(prefix + made_up(40)) is None


def test_a_key_id_is_no_secret() -> None:
    assert judge("APIexampLe23456") is None


@pytest.mark.parametrize(
    "value", ["secret", "devsecret", "devkey", "api-secret", "TestSecret", "secret" * 6, "secret" * 7]
)
def test_published_development_secrets_are_well_known(value: str) -> None:
    assert judge(value) is Strength.WELL_KNOWN


@pytest.mark.parametrize(
    "value",
    [
        "changeme",
        "change-me-in-production",
        "CHANGE_ME",
        "password123",
        "supersecret",
        "superSecretKey123",
        "myLivekitSecret2024",
        "my_super_secret_livekit_key_32chars",
        "this-is-a-secret-that-must-be-at-least-32-chars",
        "thisisaverylongsecretkeyforlivekit",
        "AVeryLongSecretThatNobodyShouldGuess",
        "ThisIsTheSecretOfAMeeting4U2SignOnlyInATest9",
        "ThisIsA2ndSecretThatINeedInOneOfMyOwnRoomsAtHome",
        "local_dev_secret_for_livekit_0123456789",
        "correct-horse-battery-staple-twelve",
        "0123456789abcdef0123456789abcdef",
        "abcdefghijklmnopqrstuvwxyz123456",
        "qwertyuiopasdfghjklzxcvbnm123456",
        "deadbeefdeadbeefdeadbeefdeadbeef",
        "a" * 40,
        "abc123" * 7,
        "pR3wTq6ZmK9xLv2NbG5sHd8YcF1jUe4QaW7oSi0MzV3kB",
        "A1B2C3D4e5f6g7h8i9j0K1L2M3N4o5p6q7r8s9t0",
        "a9c4e0g2i8k3m7o5q6s0u1w4y2",
    ],
)
def test_what_can_be_guessed_is_weak_however_long(value: str) -> None:
    assert judge(value) is Strength.WEAK


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("secret of our rooms", Strength.WEAK),
        ("a word, and another!\n", Strength.WEAK),
        (made_up(32), Strength.STRONG),
        (made_up(64, "0123456789abcdef"), Strength.STRONG),
    ],
    ids=["words", "a line", "generated letters", "generated digits"],
)
def test_what_base64_only_wraps_is_judged_as_it_reads(value: str, expected: Strength) -> None:
    assert judge(b64encode(value.encode()).decode()) is expected


@pytest.mark.parametrize(
    ("length", "alphabet"),
    [
        (43, BASE62),
        (44, BASE62),
        (46, BASE62),
        (32, BASE62),
        (64, BASE62),
        (24, BASE62),
        (32, "0123456789abcdef"),
        (64, "0123456789abcdef"),
        (40, string.ascii_lowercase + string.digits),
        (43, BASE62 + "-_"),
        (44, BASE62 + "+/"),
    ],
)
def test_what_comes_out_of_a_generator_is_strong(length: int, alphabet: str) -> None:
    values = [made_up(length, alphabet, seed) for seed in range(300)]

    found = [judge(value) for value in values]

    assert found.count(Strength.STRONG) >= 0.97 * len(found)


LETTERS_ONLY = ["qDZpWmVxaLkRbtYhGNcWkxHdTJfGsuAezQoTiXyBvMa", "WxKqRvTnZbHjYpLcMdGfSaQwXeBuNiVoTyCzHgJkDmPr"]


@pytest.mark.parametrize("value", LETTERS_ONLY)
@pytest.mark.parametrize("bound", [True, False])
def test_a_secret_of_livekits_own_form_needs_no_digit(value: str, bound: bool) -> None:
    assert judge(value, bound=bound) is Strength.STRONG


@pytest.mark.parametrize(
    "name",
    [
        "LiveKitApiAccessTokenVerifierFactoryBeanConfig",
        "registerGlobalsForReactNativeWebRtcOnAndroidX",
        "XMLHttpRequestEventTargetEventHandlersMixinTs",
        "getRTCPeerConnectionStatsReportForRemoteTracks",
    ],
)
def test_a_name_as_long_as_a_secret_is_none_where_only_its_form_counts(name: str) -> None:
    assert judge(name, bound=False) is None


def test_every_secret_of_livekits_own_form_is_strong() -> None:
    assert all(judge(made_up(43, seed=seed)) is Strength.STRONG for seed in range(2000))


def test_without_a_name_only_livekits_own_form_counts() -> None:
    assert judge(made_up(43), bound=False) is Strength.STRONG
    assert judge(made_up(64, "0123456789abcdef"), bound=False) is None
    assert judge("secret", bound=False) is None
    assert judge("a" * 43, bound=False) is None
    assert judge("theQuickBrownFoxJumpsOverTheLazyDogAndRunsAway"[:43], bound=False) is None


def test_published_fixtures_are_known_by_their_digest_only(monkeypatch: pytest.MonkeyPatch) -> None:
    value = made_up(44, seed=7)
    monkeypatch.setattr("lk_audit.livekit.credentials._FIXTURES", frozenset({Secret(value).digest}))

    assert judge(value) is None


@pytest.mark.parametrize(
    "name",
    [
        "LIVEKIT_API_SECRET",
        "LIVEKIT_SECRET",
        "LK_API_SECRET",
        "NEXT_PUBLIC_LIVEKIT_API_SECRET",
        "livekitApiSecret",
        "liveKitSecret",
        "livekit_secret",
        "livekit.api.secret",
        "LiveKit:ApiSecret",
        "LiveKit__ApiSecret",
        "LIVEKITAPISECRET",
        "LIVEKIT_API_SECRET_KEY",
        "LIVEKIT_SECRET_KEY",
        "LIVEKIT_TESTING_API_SECRET",
        "LIVEKIT_API_SECRET_PROD",
        "process.env.LIVEKIT_API_SECRET",
    ],
)
def test_names_of_a_livekit_secret_in_any_style(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "LIVEKIT_API_KEY",
        "LIVEKIT_WEBHOOK_URL",
        "LIVEKIT_SECRET_NAME",
        "LIVEKIT_SECRET_ARN",
        "LIVEKIT_API_SECRET_FILE",
        "LIVEKIT_API_SECRET_PATH",
        "LIVEKIT_SECRET_FROM_FILE",
        "LIVEKIT_TURN_SECRET",
        "LIVEKIT_S3_SECRET",
        "API_SECRET",
        "CLIENT_SECRET",
    ],
)
def test_names_that_mean_something_else(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize("name", ["MY_LIVEKIT_SECRET", "SECRET_KEY_PROD", "PROD_LK_SECRET_V2"])
def test_the_name_of_a_variable_where_a_secret_belongs_is_none(name: str) -> None:
    assert judge(name) is None


def test_generic_names_need_context_and_are_told_apart() -> None:
    assert all(map(is_generic_secret_name, ["api_secret", "apiSecret", "API_SECRET", "secret", "--api-secret"]))
    assert not any(map(is_generic_secret_name, ["client_secret", "api_key", "secret_name", "webhook_secret", ""]))


def test_names_of_keys_and_tokens() -> None:
    assert all(map(is_key_name, ["LIVEKIT_API_KEY", "api_key", "apiKey", "LK_API_KEY", "--api-key", "livekitKey"]))
    assert all(map(is_key_name, ["DEFAULT_API_KEY", "defaultApiKey"]))
    assert not any(map(is_key_name, ["LIVEKIT_API_SECRET", "secret_key", "STRIPE_API_KEY", "keys", ""]))
    assert not any(map(is_key_name, ["LIVEKIT_SECRET_KEY", "LIVEKIT_ROOM_ID", "livekitProjectId"]))
    assert all(map(is_token_name, ["LIVEKIT_TOKEN", "accessToken", "participant_token", "jwt"]))
    assert not any(map(is_token_name, ["TOKEN_URL", "secret", ""]))


@pytest.mark.parametrize("value", ["changeme", "CHANGE_ME_PLEASE", "change-me-your-secret"])
def test_what_is_to_be_changed_is_a_weak_secret_also_where_it_reads_as_a_placeholder(value: str) -> None:
    assert judge(value) is Strength.WEAK


@pytest.mark.parametrize("value", ["room-42", "API42", "q7Zp2mVx9LkR4tYb", "APIConnectError"])
def test_a_digit_alone_makes_no_generated_key_id(value: str) -> None:
    assert not is_generated_key_id(value)


def test_key_ids() -> None:
    assert is_key_id("APIexampLe23456")
    assert is_key_id("devkey")
    assert not is_key_id("your-key")
    assert is_generated_key_id("APIexampLe23456")
    assert not is_generated_key_id("APIConnectError")


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        ("NEXT_PUBLIC_LIVEKIT_API_SECRET", "NEXT_PUBLIC_"),
        ("VITE_LIVEKIT_API_SECRET", "VITE_"),
        ("REACT_APP_LK_API_SECRET", "REACT_APP_"),
        ("EXPO_PUBLIC_LIVEKIT_SECRET", "EXPO_PUBLIC_"),
        ("NUXT_PUBLIC_LIVEKIT_SECRET", "NUXT_PUBLIC_"),
        ("PUBLIC_LIVEKIT_API_SECRET", "PUBLIC_"),
        ("RENDERER_VITE_LIVEKIT_SECRET", "RENDERER_VITE_"),
    ],
)
def test_the_prefix_that_publishes_a_variable(name: str, prefix: str) -> None:
    found = public_prefix(name)

    assert found is not None
    assert found[0] == prefix


def test_other_variables_are_not_published() -> None:
    assert public_prefix("LIVEKIT_API_SECRET") is None
    assert public_prefix("NEXT_LIVEKIT_API_SECRET") is None


@given(st.text(max_size=400))
def test_no_text_makes_a_judgement_raise(text: str) -> None:
    judge(text)
    judge(text, bound=False)
    is_secret_name(text)
    is_key_name(text)


@given(st.text(alphabet=BASE62, min_size=1, max_size=80))
def test_no_rendering_of_a_secret_reveals_more_than_a_quarter(value: str) -> None:
    secret = Secret(value)

    for shown in (str(secret), repr(secret), f"{secret}", f"{secret:>5}", secret.masked):
        head = shown.removeprefix("Secret(").strip().partition("…")[0]
        assert len(head) <= min(4, len(value) // 4)
        assert value.startswith(head)


@pytest.mark.parametrize("value", ["APIgNVwnuDQeWVg", "APIBiQeThkzxyXt", "APIQdMzNTzYtRBN"])
def test_a_key_id_without_a_digit_is_known_by_letters_that_no_name_has(value: str) -> None:
    assert is_generated_key_id(value)


@pytest.mark.parametrize("value", ["APIStatusErrors", "APITimeoutError", "APIEndpointURLs", "APIAvgQueueTime"])
def test_a_name_in_code_as_long_as_a_key_id_is_none(value: str) -> None:
    assert not is_generated_key_id(value)
