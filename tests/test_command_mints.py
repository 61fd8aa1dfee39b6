"""Commands that make tokens: every flag, and what is left unsaid when nobody can know."""

from __future__ import annotations

import pytest

from lk_audit.facts import UNKNOWN, Audience, Expiry, GrantScalar
from lk_audit.livekit.durations import go_span
from tests.commands import JOIN, YEAR, findings, found, mint, mints


def seconds(text: str, path: str = "a.sh") -> list[float | None]:
    return [item.seconds for item in mint(text, path).lifetimes]


# --- flags ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flag", "grants"),
    [
        ("--create", {"roomCreate": True}),
        ("--list", {"roomList": True}),
        ("--join", {"roomJoin": True}),
        ("--admin", {"roomAdmin": True}),
        ("--egress", {"roomRecord": True}),
        ("--ingress", {"ingressAdmin": True}),
        ("--inference", {"inference.perform": True}),
        ("--join=true", {"roomJoin": True}),
        ("--join --admin=false", {"roomJoin": True}),
        ("--join --allow-update-metadata", {"roomJoin": True, "canUpdateOwnMetadata": True}),
        ("--join --allow-source camera,microphone", {"roomJoin": True, "canPublishSources": ("camera", "microphone")}),
        (
            "--join --allow-source camera --allow-source screen_share",
            {
                "roomJoin": True,
                "canPublishSources": ("camera", "screen_share"),
            },
        ),
        ('--grant \'{"roomAdmin": true, "CANPUBLISH": false}\'', {"roomAdmin": True, "canPublish": False}),
        ('--grant "{\\"hidden\\": true}"', {"hidden": True}),
        ("--join --grant '{\"canPublishSources\": []}'", {"roomJoin": True, "canPublishSources": ()}),
    ],
)
def test_each_flag_gives_its_grants(flag: str, grants: dict[str, GrantScalar]) -> None:
    by_name = mint(f"lk token create {flag} --room r").grants.by_name

    assert {name: grant.values for name, grant in by_name.items() if name != "room"} == {
        name: (value,) for name, value in grants.items()
    }


@pytest.mark.parametrize("flag", ["--room r", "--room=r", "-r r", "-r=r", "--room 'r'", '--room "r"'])
def test_the_room_is_read_in_every_spelling(flag: str) -> None:
    assert mint(f"lk token create --join {flag}").grants.by_name["room"].values == ("r",)


@pytest.mark.parametrize("flag", ["--identity ana", "--identity=ana", "-i ana", "-i=ana"])
def test_the_identity_is_read_in_every_spelling(flag: str) -> None:
    assert mint(f"lk token create --join {flag}").identity == ("ana",)


@pytest.mark.parametrize("flag", ["", "--room ''", '--room "$ROOM"', "--room <room>", "--room $(cat room)"])
def test_a_room_that_is_not_written_down_is_unknown(flag: str) -> None:
    text = f"lk token create --join {flag}"

    assert mint(text).grants.by_name["room"].values == (UNKNOWN,)
    assert found(text) == []


def test_the_recorder_flag_counts_where_it_is_known() -> None:
    old = mint("livekit-cli create-token --join --room r --identity i --recorder")

    assert {name for name, grant in old.grants.by_name.items() if not grant.certain} == {
        "recorder",
        "hidden",
        "roomRecord",
    }
    assert old.audience is Audience.SERVICE


def test_values_of_flags_are_no_flags() -> None:
    by_name = mint("lk token create --join --name --admin --metadata --create --attribute --list").grants.by_name

    assert set(by_name) == {"roomJoin", "room"}


@pytest.mark.parametrize(
    "flag",
    [
        *("--curl", "--verbose", "--yes", "-y", "--quiet", "-q", "--silent", "--json", "-j", "--token-only"),
        *("--url u", "--api-key k", "--api-secret s", "--project p", "--subdomain s", "--config c", "--server-url u"),
        *("--dashboard-url u", "--attribute a=b", "--attribute-file f", "--agent a", "--deployment d", "-d d"),
        *("--job-metadata m", "--open web", "--room-configuration c", "--room-preset p"),
    ],
)
def test_other_flags_leave_room_and_identity_alone(flag: str) -> None:
    token = mint(f"lk token create --join {flag} --room r --identity ana")

    assert token.identity == ("ana",)
    assert {name: grant.values for name, grant in token.grants.by_name.items()} == {"roomJoin": (True,), "room": ("r",)}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("lk token create --join --room r", "lk token create"),
        ("livekit-cli create-token --join --room r", "livekit-cli create-token"),
        ("livekit-server create-join-token --room r --identity i", "livekit-server create-join-token"),
    ],
)
def test_a_command_is_called_by_its_name(text: str, label: str) -> None:
    assert mint(text).sdk == f"`{label}`"


@pytest.mark.parametrize("flag", ["--config c", "--config-body b", "--key-file f", "--keys k", "--region r"])
def test_flags_of_the_server_leave_its_token_alone(flag: str) -> None:
    token = mint(f"livekit-server create-join-token {flag} --room r --identity ana")

    assert (token.identity, token.lifetimes[0].seconds) == (("ana",), 30 * 24 * 3600)


@pytest.mark.parametrize(
    "text",
    [
        "lk token create --join --room r",
        "lk token --project p create --join --room r",
        "lk --url wss://a --curl --yes token create --join --room r",
        "lk create-token --join --room r",
        "livekit-cli create-token --join --room r",
        "livekit-cli token create --join --room r",
        "./bin/lk token create --join --room r",
        "/usr/local/bin/livekit-cli create-token --join --room r",
        "C:\\tools\\lk.exe token create --join --room r",
        "sudo -E lk token create --join --room r",
        "A=b lk token create --join --room r",
        "cd x && lk token create --join --room r; ls",
        "TOKEN=$(lk token create --join --room r)",
        'TOKEN="$(lk token create --join --room r)"',
        "TOKEN=`lk token create --join --room r`",
        "docker run --rm livekit/livekit-cli:latest create-token --join --room r",
        "lk token create --join --room r | tail -1 > token.txt 2>&1",
        "lk token create --join --room r # --admin",
        "lk token create \\\n  --join \\\n  --room r",
        "lk token create `\r\n  --join `\r\n  --room r",
        "lk token create ^\r\n  --join ^\r\n  --room r",
        "lk token create > out.txt --join --room r",
    ],
)
def test_a_command_is_recognised_however_it_is_called(text: str) -> None:
    by_name = mint(text).grants.by_name

    assert {name: grant.values for name, grant in by_name.items()} == {"roomJoin": (True,), "room": ("r",)}


@pytest.mark.parametrize(
    "text",
    [
        "lk token create",
        "lk token create --valid-for 8760h --identity i",
        "Use `lk token create` to make one that is valid for 8760h, with --join.",
        "lk token list --join --valid-for 8760h",
        "lk room create --valid-for 8760h --admin",
        "lktoken create --join --valid-for 8760h",
        "my-lk token create --join --valid-for 8760h",
        "$lk token create --join --valid-for 8760h",
        "lk $COMMAND create --join --valid-for 8760h",
        "livekit-server --dev --bind 0.0.0.0",
        "livekit-server create-token --join --valid-for 8760h",
        "bulk token create --join --valid-for 8760h",
    ],
)
def test_other_commands_make_no_token(text: str) -> None:
    assert mints(f"# livekit\n{text}\n") == []


@pytest.mark.parametrize(
    "text",
    [
        f"lk --dev {YEAR[3:]} --admin",
        f"{YEAR} --dev",
        f"{YEAR} --api-key devkey --api-secret secret",
        f"LIVEKIT_API_KEY=devkey LIVEKIT_API_SECRET=secret {YEAR}",
        f"export LIVEKIT_API_KEY='devkey'\n\n{YEAR}",
        f"```\nLIVEKIT_API_KEY: devkey\n```\n\n    {YEAR}",
        'docker run -e LIVEKIT_KEYS="devkey: secret" \\\n  livekit/livekit-server create-join-token --room r -i i',
        "livekit-server --dev create-join-token --room r --identity i",
        'livekit-server --keys "devkey: secret" create-join-token --room r --identity i',
    ],
)
def test_tokens_of_a_development_server_open_nobody_elses_rooms(text: str) -> None:
    assert mints(text) == []


def test_a_key_that_a_command_names_itself_counts_before_its_surroundings() -> None:
    text = f'export LIVEKIT_API_KEY=devkey\n{YEAR} --api-key "$PRODUCTION_KEY"'

    assert [rule for rule, _ in found(text)] == ["LK301"]


# --- lifetimes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8760h", 31_536_000),
        ("1h30m", 5_400),
        ("90s", 90),
        ("1.5h", 5_400),
        ("+2h", 7_200),
        ("100ms", 0.1),
        ("0", 0),
        ("-1h", -3_600),
        (".5h", 1_800),
        ("1h 30m", None),
        ("1d", None),
        ("h", None),
        ("", None),
        ("60", None),
        ("1h30", None),
        ("1H", None),
        ("1" * 100 + "h", None),
    ],
)
def test_durations_are_read_as_go_reads_them(text: str, value: float | None) -> None:
    assert go_span(text) == value


def test_without_a_lifetime_a_token_lives_five_minutes() -> None:
    assert seconds(JOIN) == [300]
    assert found(JOIN) == []


@pytest.mark.parametrize(
    ("given_as", "written"),
    [
        ("--valid-for 8760h", "--valid-for 8760h"),
        ("--valid-for=8760h", "--valid-for=8760h"),
        ("--valid-for '8760h'", "--valid-for '8760h'"),
        ("--valid-for \\\n  8760h", "--valid-for \\\n  8760h"),
    ],
)
def test_a_long_lifetime_is_found_at_its_flag(given_as: str, written: str) -> None:
    assert found(f"{JOIN} {given_as} --name n") == [("LK301", written)]


@pytest.mark.parametrize("value", ["0", "0s", "-5m", "''"])
def test_no_lifetime_means_the_long_default(value: str) -> None:
    assert mint(f"{JOIN} --valid-for {value}").lifetimes[0].expiry is Expiry.IMPLICIT
    assert [rule for rule, _ in found(f"{JOIN} --valid-for {value}")] == ["LK302"]


@pytest.mark.parametrize("value", ["7d", "'30 days'", "1y", "3600", "2weeks"])
def test_a_lifetime_that_the_command_refuses_is_a_mistake_of_the_unit(value: str) -> None:
    assert found(f"{JOIN} --valid-for {value}") == [("LK304", f"--valid-for {value}")]


@pytest.mark.parametrize(
    "value",
    [
        "<duration>",
        "$TTL",
        '"$TTL"',
        "${TTL}",
        "${TTL}h",
        "$(cat ttl)",
        "`cat ttl`",
        "{{ ttl }}",
        "${{ inputs.ttl }}",
        "%TTL%",
        "TIME",
        "...",
        "DURATION",
        "$1",
        '"$((24 * 365))h"',
        "[duration]",
        "{ttl}",
    ],
)
def test_a_lifetime_that_only_the_run_knows_is_unknown(value: str) -> None:
    assert [item.expiry for item in mint(f"{JOIN} --valid-for {value}").lifetimes] == [Expiry.UNKNOWN]
    assert found(f"{JOIN} --valid-for {value} --name n") == []


@pytest.mark.parametrize(
    ("path", "before", "use"),
    [
        ("a.sh", "TTL=8760h\n", "$TTL"),
        ("a.sh", "export TTL='8760h'\n", '"${TTL}"'),
        ("a.sh", "readonly TTL=8760h; set -e\n", "$TTL"),
        ("a.sh", "TTL=${1:-8760h}\n", "$TTL"),
        ("a.sh", 'TTL="${TTL:-8760h}"\n', '"$TTL"'),
        ("Makefile", "TTL := 8760h\nt:\n\t", "$(TTL)"),
        ("Makefile", "TTL ?= 8760h\nt:\n\t", "$(TTL)"),
        ("justfile", 'ttl := "8760h"\nt:\n  ', "{{ttl}}"),
        ("Dockerfile", "ARG TTL=8760h\nRUN ", "$TTL"),
        ("ci.yml", "env:\n  TTL: 8760h\nsteps:\n  - run: ", "$TTL"),
    ],
)
def test_a_variable_is_what_the_file_gives_it(path: str, before: str, use: str) -> None:
    (finding,) = findings(f"{before}{JOIN} --valid-for {use}\n", path)

    assert finding.rule_id == "LK301"
    assert [lead.note.rpartition(" ")[2] for lead in finding.trace] == ["8760h"]


@pytest.mark.parametrize(
    "before",
    [
        "TTL=8760h\nTTL=5m\n",
        "TTL=$1\n",
        "TTL=8760h\nread TTL\n",
        "for TTL in 1h 8760h; do\n",
        "XTTL=8760h\n",
        "TTL=\n",
        "TTL=8760h\nTTL=$(cat ttl)\n",
    ],
)
def test_a_variable_with_several_values_or_none_is_unknown(before: str) -> None:
    assert [item.expiry for item in mint(f"{before}{JOIN} --valid-for $TTL\n").lifetimes] == [Expiry.UNKNOWN]


def test_a_default_counts_unless_the_variable_is_set() -> None:
    assert found(f"{JOIN} --valid-for ${{1:-8760h}}") == [("LK301", "--valid-for ${1:-8760h}")]
    assert found(f'{JOIN} --valid-for "${{TTL:-8760h}}"') == [("LK301", '--valid-for "${TTL:-8760h}"')]
    assert found(f"TTL=5m\n{JOIN} --valid-for ${{TTL:-8760h}}") == []


def test_a_join_token_of_the_server_lives_thirty_days() -> None:
    text = "livekit-server --config a.yaml create-join-token --room r --identity i"

    assert found(text) == [("LK301", "livekit-server --config a.yaml create-join-token")]
    assert (mint(text).grants.complete, mint(text).identity) == (True, ("i",))


# --- what rules say ---------------------------------------------------------------------------------------------------


def test_rules_about_grants_point_at_the_flags() -> None:
    text = f"{JOIN} --create --admin --grant '{{\"hidden\": true}}' --grant '{{\"can_subscribe\": false}}'"

    assert found(text) == [
        ("LK402", "--create"),
        ("LK401", "--admin"),
        ("LK406", "--grant '{\"hidden\": true}'"),
        ("LK405", "--grant '{\"can_subscribe\": false}'"),
    ]


def test_a_token_that_does_not_join_is_for_a_program() -> None:
    assert mint("lk token create --create --list --room r").audience is Audience.SERVICE
    assert found("lk token create --create --list --admin --room r") == []


def test_flags_that_only_the_run_knows_leave_the_grants_open() -> None:
    open_ended = mint("lk token create $FLAGS --room r")

    assert (open_ended.grants.complete, open_ended.audience) == (False, Audience.UNKNOWN)
    assert found('lk token create "$@" --list') == [("LK402", "--list")]


@pytest.mark.parametrize(
    ("path", "text", "severity"),
    [
        ("scripts/token.sh", YEAR, "high"),
        ("README.md", f"```sh\n$ {YEAR}\n```\n", "low"),
        ("docs/tokens.txt", f"{YEAR}\n", "low"),
        ("scripts/token.sh", f"# {YEAR}\n", "low"),
        ("scripts/token.sh", f'echo "usage: {YEAR}"\n', "low"),
        ("tests/token.sh", YEAR, None),
    ],
)
def test_what_only_tells_people_what_to_type_weighs_less(path: str, text: str, severity: str | None) -> None:
    assert [item.severity.label for item in findings(text, path)] == ([severity] if severity else [])


def test_a_suppression_accepts_a_command() -> None:
    (finding,) = findings(f"{YEAR}  # lk-audit: ignore[excessive-ttl] a kiosk\n")

    assert finding.suppressed is not None
