"""Shell scripts that sign tokens themselves: payloads as they are quoted, lifetimes as they are counted."""

from __future__ import annotations

import time

import pytest

from lk_audit.facts import Audience, CredentialLiteral, Expiry, TokenMint
from tests.languages.minting import facts_of, found_in, granted, mint

SECRET = "q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa"
HEAD = "#!/bin/bash\nb64() { base64 -w0 | tr '+/' '-_' | tr -d '='; }\nNOW=$(date +%s)\n"
TAIL = (
    'HEADER=$(printf %s \'{"alg":"HS256","typ":"JWT"}\' | b64)\nBODY=$(printf %s "$PAYLOAD" | b64)\n'
    'SIG=$(printf %s "$HEADER.$BODY" | openssl dgst -sha256 -hmac "$LIVEKIT_API_SECRET" -binary | b64)\n'
    'echo "$HEADER.$BODY.$SIG"\n'
)


def script(payload: str, before: str = "") -> str:
    return f"{HEAD}{before}\n{payload}\n{TAIL}"


PAYLOADS = {
    "escaped in double quotes": (
        'PAYLOAD="{\\"iss\\":\\"$KEY\\",\\"exp\\":$EXP,\\"sub\\":\\"bob\\",'
        '\\"video\\":{\\"roomJoin\\":true,\\"room\\":\\"demo\\",\\"canPublish\\":false}}"'
    ),
    "between single quotes": (
        'PAYLOAD=\'{"iss":"\'"$KEY"\'","exp":\'"$EXP"\',"sub":"bob",'
        '"video":{"roomJoin":true,"room":"demo","canPublish":false}}\''
    ),
    "a heredoc": (
        'PAYLOAD=$(cat <<EOF\n{\n  "iss": "$KEY",\n  "exp": ${EXP},\n  "sub": "bob",\n  "video": {\n'
        '    "roomJoin": true,\n    "room": "demo",\n    "canPublish": false\n  }\n}\nEOF\n)'
    ),
    "jq": (
        'PAYLOAD=$(jq -nc --arg key "$KEY" --argjson exp $EXP '
        '\'{iss: $key, exp: $exp, sub: "bob", video: {roomJoin: true, room: "demo", canPublish: false}}\')'
    ),
}


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_a_payload_is_read_however_it_is_quoted(payload: str) -> None:
    found = mint("token.sh", script(payload, "EXP=$((NOW + 86400))"))

    assert granted(found) == {"roomJoin": True, "room": "demo", "canPublish": False}
    assert [(item.expiry, item.seconds) for item in found.lifetimes] == [(Expiry.EXPLICIT, 86_400)]
    assert (found.identity, found.audience, found.language) == (("bob",), Audience.PARTICIPANT, "shell")


TIMES = {
    "$((NOW + 3600))": (Expiry.EXPLICIT, 3600),
    "$(( $(date +%s) + 86400*365 ))": (Expiry.EXPLICIT, 365 * 86_400),
    "$(($NOW+6*60*60))": (Expiry.EXPLICIT, 21_600),
    "$((`date +%s` + 60))": (Expiry.EXPLICIT, 60),
    "$(expr $NOW + 600)": (Expiry.EXPLICIT, 600),
    "$[ NOW + 600 ]": (Expiry.EXPLICIT, 600),
    "$(date -d '+1 year' +%s)": (Expiry.EXPLICIT, 365 * 86_400),
    '$(date -u --date="24 hours" +%s)': (Expiry.EXPLICIT, 86_400),
    "$(date -v+1d +%s)": (Expiry.EXPLICIT, 86_400),
    "$((NOW + ${TTL:-7200}))": (Expiry.EXPLICIT, 7200),
    "$((NOW - 60))": (Expiry.BORN_EXPIRED, -60),
    "3600": (Expiry.BORN_EXPIRED, 3600),
    "$(date +%s%3N)": (Expiry.MILLISECONDS, None),
    "9999999999": (Expiry.EXPLICIT, 9_999_999_999 - 1.75e9),
    "$(curl -s https://example.com/time)": (Expiry.UNKNOWN, None),
    "$UNKNOWN": (Expiry.UNKNOWN, None),
    "$((NOW + NOW))": (Expiry.UNKNOWN, None),
    "$((NOW / 0))": (Expiry.UNKNOWN, None),
}


@pytest.mark.parametrize("written", TIMES)
def test_an_end_is_counted_from_now(written: str) -> None:
    payload = 'PAYLOAD="{\\"exp\\":$EXP,\\"video\\":{\\"roomJoin\\":true,\\"room\\":\\"r\\"}}"'
    found = mint("token.sh", script(payload, f"EXP={written}"))

    assert [(item.expiry, item.seconds) for item in found.lifetimes] == [TIMES[written]]


FORMATTED = '{"iss":"%s","exp":%d,"sub":"bob","video":{"roomJoin":true,"room":"%s"}}'


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (f'printf \'{FORMATTED}\' "$KEY" "$EXP" "$ROOM"', (Expiry.EXPLICIT, 86_400)),
        (f"printf '{FORMATTED}' \"$KEY\" $((NOW + 600)) demo", (Expiry.EXPLICIT, 600)),
        (f'printf \'{FORMATTED}\' \\\n  "$KEY" \\\n  "$EXP" "$ROOM"', (Expiry.EXPLICIT, 86_400)),
        (f'printf -v BODY \'%%{FORMATTED}\' "$KEY" "$EXP" "$ROOM"', (Expiry.EXPLICIT, 86_400)),
        (f"printf '{FORMATTED}' \"$KEY\"", (Expiry.UNKNOWN, None)),
        (f'echo \'{FORMATTED}\' "$KEY" "$EXP"', (Expiry.UNKNOWN, None)),
    ],
    ids=["variables", "sums", "over lines", "into a variable", "nothing left", "no printf"],
)
def test_what_printf_puts_into_a_payload_is_read(arguments: str, expected: tuple[Expiry, float | None]) -> None:
    found = mint("token.sh", script(f"PAYLOAD=$({arguments})", "EXP=$((NOW + 86400))"))

    assert [(item.expiry, item.seconds) for item in found.lifetimes] == [expected]


def test_a_payload_without_an_end_makes_a_token_that_never_ends() -> None:
    found = mint("token.sh", script('PAYLOAD=\'{"video":{"roomJoin":true,"room":"r"}}\''))

    assert [item.expiry for item in found.lifetimes] == [Expiry.NEVER]


@pytest.mark.parametrize(
    ("command", "seconds"),
    [
        ('jwt encode --secret "$S" --exp=\'+1d\' \'{"video":{"roomJoin":true,"room":"r"}}\'', 86_400),
        ('jwt encode --exp=3600 -S "$S" \'{"video":{"roomJoin":true,"room":"r"}}\'', 3600),
        (
            """echo '{"video":{"roomJoin":true,"room":"r"}}' | step crypto jwt sign --exp $(date -d "+2 hours" +%s)""",
            7200,
        ),
    ],
)
def test_commands_that_sign_have_flags_for_the_end(command: str, seconds: float) -> None:
    found = mint("token.sh", f"#!/bin/sh\n{command}\n")

    assert [(item.expiry, item.seconds) for item in found.lifetimes] == [(Expiry.EXPLICIT, seconds)]


ELSEWHERE = {
    "Makefile": "token:\n\t{}\n",
    "Dockerfile": "FROM alpine\nRUN {}\n",
    ".github/workflows/e2e.yml": "jobs:\n  t:\n    steps:\n      - run: |\n          {}\n",
    "docs/tokens.md": "# Tokens\n\n```sh\n{}\n```\n",
}


@pytest.mark.parametrize("path", ELSEWHERE)
def test_scripts_are_read_wherever_they_stand(path: str) -> None:
    line = (
        'P=\'{"exp":1999999999,"video":{"roomJoin":true,"room":"r"}}\'; '
        'echo -n "$P" | base64 | openssl dgst -sha256 -hmac "$S" -binary'
    )

    assert granted(mint(path, ELSEWHERE[path].format(line))) == {"roomJoin": True, "room": "r"}


@pytest.mark.parametrize(
    "command",
    [
        f'openssl dgst -sha256 -hmac "{SECRET}" -binary',
        f"openssl dgst -sha256 -mac HMAC -macopt key:{SECRET}",
        f"jwt encode --secret {SECRET} '{{}}'",
    ],
)
def test_a_secret_in_the_command_is_a_credential(command: str) -> None:
    facts = facts_of({"token.sh": f'# LiveKit token\nVIDEO=\'{{"video":{{"roomJoin":true}}}}\'\necho x | {command}\n'})

    assert SECRET in [fact.secret.reveal() for fact in facts if isinstance(fact, CredentialLiteral)]


@pytest.mark.parametrize(
    "code",
    [
        'curl -d \'{"video":{"room":"r"}}\' https://example.com\n',
        'SIG=$(echo -n "$QUERY" | openssl dgst -sha256 -hmac "$API_SECRET")\n',
        'openssl dgst -sha256 -hmac "$S" video.mp4\n',
        'echo \'{"video":{"width":1920}}\' | openssl dgst -sha256 -hmac "$S"\n',
    ],
)
def test_what_signs_no_token_is_none(code: str) -> None:
    assert not [fact for fact in facts_of({"a.sh": f"# livekit\n{code}"}) if isinstance(fact, TokenMint)]


def test_tokens_of_scripts_are_judged_like_all_others() -> None:
    grants = '\\"roomJoin\\":true,\\"roomAdmin\\":true,\\"room\\":\\"r\\"'
    payload = f'PAYLOAD="{{\\"exp\\":$((NOW + 31536000)),\\"video\\":{{{grants}}}}}"'
    code = script(payload)

    assert found_in({"token.sh": code}, "LK301")
    assert found_in({"token.sh": code}, "LK401")


@pytest.mark.parametrize(
    "hostile", ["{" * 50_000, '{"a":' * 20_000, "$((" * 30_000, '\\"' * 50_000, "$(date " * 20_000]
)
def test_hostile_scripts_cost_little(hostile: str) -> None:
    code = f'EXP={hostile}\nP="{{\\"exp\\":{hostile},\\"video\\": {{\\"roomJoin\\":true}}\nopenssl dgst -hmac $S\n' * 2
    started = time.perf_counter()

    facts_of({"a.sh": code})

    assert time.perf_counter() - started < 20  # generous: quadratic work would take minutes


@pytest.mark.parametrize(
    ("line", "shows"),
    [
        ('echo "secret: $LIVEKIT_API_SECRET"', True),
        ("echo secret: ${LIVEKIT_API_SECRET}", True),
        ('printf "%s\\n" "$LIVEKIT_API_SECRET"', True),
        ('if true; then echo "${LIVEKIT_API_SECRET:-none}"; fi', True),
        ('echo "secret: $LIVEKIT_API_SECRET" >&2', True),
        ('echo "a > b: $LIVEKIT_API_SECRET"', True),
        ("echo 'secret: $LIVEKIT_API_SECRET'", False),
        ('echo "secret: \\$LIVEKIT_API_SECRET"', False),
        ('echo "secret: ${#LIVEKIT_API_SECRET} characters"', False),
        ('echo "secret: ${LIVEKIT_API_SECRET:0:4}..."', False),
        ('echo "secret: ${LIVEKIT_API_SECRET:+is set}"', False),
        ('echo "LIVEKIT_API_SECRET=$LIVEKIT_API_SECRET" >> .env', False),
        ('{\n  echo "LIVEKIT_API_SECRET=$LIVEKIT_API_SECRET"\n} > .env', False),
        ('echo "$LIVEKIT_API_SECRET" | docker secret create livekit -', False),
        ('SUM=$(echo "$LIVEKIT_API_SECRET" | sha256sum)', False),
        ('# echo "secret: $LIVEKIT_API_SECRET"', False),
        ('LIVEKIT_API_SECRET=$(openssl rand -hex 32)\necho "secret: $LIVEKIT_API_SECRET"', False),
        ('read -rsp "secret? " LIVEKIT_API_SECRET\necho "$LIVEKIT_API_SECRET"', False),
        ('echo "secret: $STRIPE_SECRET"', False),
    ],
)
def test_a_script_may_print_the_secret(line: str, *, shows: bool) -> None:
    assert bool(found_in({"scripts/check.sh": f"#!/bin/bash\nsource .env\n{line}\n"}, "LK103")) is shows
    assert not found_in({"scripts/check.txt": f"{line}\n"}, "LK103")
