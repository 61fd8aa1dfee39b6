"""Every place where a LiveKit secret can lie: found where it stands, and silent when there is none."""

from __future__ import annotations

import codecs
import random
import re
import string
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lk_audit.facts import EnvExposure
from lk_audit.frontends import CODE, frontend_for
from lk_audit.rule_loader import load_builtin_rules
from lk_audit.scanning.pipeline import scan_paths
from lk_audit.source import Source
from tests.carriers.matrix import (
    DOCUMENT,
    KEY,
    PLACEHOLDERS,
    Carrier,
    carriers,
    document,
    facts_in,
    filled,
    findings_in,
    read_carriers,
    row,
    with_placeholder,
)

CARRIERS = carriers()
each_carrier = pytest.mark.parametrize("carrier", CARRIERS, ids=lambda carrier: carrier.id)

NEEDS_KEY_ID = frozenset(
    {
        "servers: Server YAML: keys under any file name",
        "servers: Server YAML: the file that key_file names",
        "servers: Server: --config-body on a command line",
        "containers: Kubernetes: Secret that holds a file in base64",
        "containers: Helm: a template that holds the server's file",
        "containers: Helm: --set",
        "documents: Markdown: code",
        "environment_files: Environment file: a note below with the pair of another project",
        "code: Swift: a signing key",
        "code: A built bundle: values copied in",
        "code: A built bundle: a call",
    }
)
"""Carriers where nothing but the form of the key id says that the secret is LiveKit's."""


def places(carrier: Carrier, content: str | bytes) -> list[object]:
    return [spot for spot, _ in findings_in(carrier.path, content)]


@each_carrier
def test_what_lies_in_a_carrier_is_found_exactly_there_and_nothing_else(carrier: Carrier) -> None:
    text, spots = filled(carrier)

    assert spots
    assert places(carrier, text) == spots


@pytest.mark.parametrize("carrier", [item for item in CARRIERS if row(item).names_key is not None], ids=lambda c: c.id)
def test_the_key_beside_a_secret_is_named(carrier: Carrier) -> None:
    assert row(carrier).names_key


@each_carrier
def test_placeholders_references_and_encrypted_values_are_silent(carrier: Carrier) -> None:
    loud = {name: places(carrier, with_placeholder(carrier, value)) for name, value in PLACEHOLDERS.items()}

    assert not {name: found for name, found in loud.items() if found}


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")],
    ids=["UTF-8", "UTF-16 LE", "UTF-16 BE"],
)
@each_carrier
def test_a_byte_order_mark_changes_nothing(carrier: Carrier, mark: bytes, encoding: str) -> None:
    text, spots = filled(carrier)

    assert places(carrier, mark + text.encode(encoding)) == spots


@each_carrier
def test_line_ends_change_nothing(carrier: Carrier) -> None:
    text, spots = filled(carrier)

    assert places(carrier, text.replace("\n", "\r\n")) == spots
    assert places(carrier, text.removesuffix("\n")) == spots


@each_carrier
def test_very_long_lines_change_nothing(carrier: Carrier) -> None:
    text, spots = filled(carrier)
    lines = text.split("\n")
    for spot in spots:
        lines[spot.line - 1] = lines[spot.line - 1].ljust(30_000)

    assert places(carrier, "\n".join(lines)) == spots


@pytest.mark.parametrize("carrier", [item for item in CARRIERS if item.id not in NEEDS_KEY_ID], ids=lambda c: c.id)
def test_the_key_may_be_called_anything(carrier: Carrier) -> None:
    text, spots = filled(carrier, key="main-key-01")

    assert places(carrier, text) == spots


@pytest.mark.parametrize(
    "carrier",
    [
        item
        for item in CARRIERS
        if re.search(r"^[^#\n]*\bLIVEKIT_API_SECRET\b.*«!", item.text, re.MULTILINE)
        and frontend_for(item.path) not in CODE
    ],
    ids=lambda carrier: carrier.id,
)
def test_a_carrier_of_variables_shows_a_name_that_is_published(carrier: Carrier) -> None:
    name = "NEXT_PUBLIC_LIVEKIT_API_SECRET"
    text = re.sub(r"(?<!\w)LIVEKIT_API_SECRET\b", name, filled(carrier)[0])

    exposed = [fact for fact in facts_in(carrier.path, text) if isinstance(fact, EnvExposure)]

    spans = [(fact, text.encode()[fact.place.start : fact.place.end].decode()) for fact in exposed]
    assert all(span == fact.name or (carrier.family == "code" and fact.name in span) for fact, span in spans)
    if carrier.family in {"environment_files", "containers"} and "#LIVE" not in carrier.text:
        assert exposed


@pytest.mark.parametrize("carrier", list(read_carriers("silent")), ids=lambda carrier: carrier.title)
def test_what_is_no_secret_is_silent(carrier: Carrier) -> None:
    assert not findings_in(carrier.path, filled(carrier)[0])


@pytest.mark.parametrize("carrier", list(read_carriers("weak")), ids=lambda carrier: carrier.title)
def test_a_weak_secret_is_found_where_production_can_reach_it(carrier: Carrier) -> None:
    text, spots = filled(carrier)

    assert spots
    assert places(carrier, text) == spots


def test_a_scan_of_the_disk_meets_every_carrier(tmp_path: Path) -> None:
    wanted = set()
    for number, carrier in enumerate(CARRIERS):
        text, spots = filled(carrier)
        file = tmp_path / f"c{number}" / carrier.path
        file.parent.mkdir(parents=True)
        file.write_bytes(text.encode())
        wanted |= {(f"c{number}/{carrier.path}", spot.line, spot.column, spot.rule) for spot in spots}

    report = scan_paths([tmp_path], rules=load_builtin_rules(), folder=tmp_path)

    found = {(item.place.path, item.place.line, item.place.column, item.rule_id) for item in report.findings}
    assert wanted <= found


def test_the_table_of_carriers_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run: python -m tests.carriers.matrix"


def test_the_table_holds_no_exception() -> None:
    assert "**no**" not in DOCUMENT.read_text(encoding="utf-8")


def test_every_carrier_has_a_name_of_its_own() -> None:
    names = [carrier.id for carrier in CARRIERS]

    assert len(names) == len(set(names))
    assert set(names) > NEEDS_KEY_ID


# --- laws -------------------------------------------------------------------------------------------------------------


def generated(seed: int) -> str:
    """A secret as a generator makes it: small seeds give it no pattern."""
    chance = random.Random(seed)
    return "".join(chance.choices(string.ascii_letters + string.digits, k=chance.choice((43, 44))))


secrets = st.integers(0, 2**64).map(generated)
PLAIN = [item for item in CARRIERS if "64»" not in item.text and "«pad»" not in item.text]
COMMENTS = {
    **dict.fromkeys((".yaml", ".yml", ".toml", ".sh", ".env", ".tf", ".tfvars", ".ini", ".rb", ".properties"), "# \n"),
    **dict.fromkeys((".java", ".kt", ".swift", ".cs", ".rs", ".dart", ".go", ".js", ".gradle", ".jsonc", ".c"), "//\n"),
    **dict.fromkeys((".py", ".ex", ".exs", ".conf", ".service", ".mk", ".nix", ".cfg"), "# \n"),
    **dict.fromkeys((".html", ".xml", ".vue", ".svelte", ".md", ".plist"), "<!-- -->\n"),
    **dict.fromkeys((".sql", ".lua", ".hs"), "--\n"),
}
law = settings(max_examples=150, deadline=None)


@law
@given(st.sampled_from(CARRIERS), secrets)
def test_any_generated_secret_is_found_at_its_place(carrier: Carrier, secret: str) -> None:
    text, spots = filled(carrier, secret=secret)

    assert places(carrier, text) == spots


@pytest.mark.parametrize("carrier", PLAIN, ids=lambda carrier: carrier.id)
def test_a_secret_that_happens_to_hold_no_digit_is_found_at_its_place(carrier: Carrier) -> None:
    text, spots = filled(carrier, secret="qDZpWmVxaLkRbtYhGNcWkxHdTJfGsuAezQoTiXyBvMa")

    assert places(carrier, text) == spots


@law
@given(st.sampled_from([item for item in CARRIERS if Path(item.path).suffix in COMMENTS]), secrets)
def test_a_comment_line_above_moves_what_is_found_by_one_line(carrier: Carrier, secret: str) -> None:
    text, _ = filled(carrier, secret=secret)
    above = COMMENTS[Path(carrier.path).suffix]

    before = findings_in(carrier.path, text)
    after = findings_in(carrier.path, above + text)

    assert [(spot.line, spot.column, spot.end_column, message) for spot, message in after] == [
        (spot.line + 1, spot.column, spot.end_column, message) for spot, message in before
    ]


@law
@given(st.sampled_from(PLAIN), secrets)
def test_windows_line_ends_change_no_finding(carrier: Carrier, secret: str) -> None:
    text, _ = filled(carrier, secret=secret)

    assert findings_in(carrier.path, text.replace("\n", "\r\n")) == findings_in(carrier.path, text)


@law
@given(st.sampled_from(PLAIN), st.floats(0, 1))
def test_a_carrier_cut_anywhere_shows_no_secret_that_is_not_there(carrier: Carrier, share: float) -> None:
    text, spots = filled(carrier)
    cut = text[: int(len(text) * share)]

    found = [spot for spot, _ in findings_in(carrier.path, cut)]

    # Text that lost its closing quote may be shown without the opening one.
    whole = {(spot.line, column) for spot in spots for column in (spot.column, spot.column + 1)}
    assert all((spot.line, spot.column) in whole for spot in found if spot.rule == "LK101")


@pytest.mark.parametrize(
    ("path", "unit"),
    [
        ("a.sh", "echo a | secret put A_B --value x "),
        ("a.sh", "keys: {a: b, "),
        ("a.csv", 'livekit_api_secret,"'),
        ("a.md", "| livekit_secret "),
        ("a.sql", "INSERT INTO livekit (a) VALUES ("),
        ("a.sql", "INSERT INTO livekit ('"),
        ("a.java", "livekit AccessToken(a"),
        ("a.java", 'livekit AccessToken("'),
        ("a.java", "livekit AccessToken(" + " " * 100),
        ("a.xml", '<livekit name="'),
        ("a.xml", '<a name="livekit" value="x" '),
        ("a.json", '"\\"livekit\\n'),
        ("a.json", '{"name": "livekit", "value": "x", '),
        ("a.json", '"livekit_secret=\\"'),
        ("a.tpl.yaml", "{{ livekit\na:\n  b:\n "),
        ("a.yaml", "{{ livekit }}\n" + "a:\n" * 20),
        ("a.sh", 'livekit-server --keys "devkey: secret" \\\n'),
        ("a.txt", "APIexampLe23456 " + "a1B" * 15 + "\n"),
        ("a.kt", "livekitSecret,\n"),
        (".env", 'LIVEKIT_CONFIG="\\n{'),
    ],
)
def test_hostile_carriers_cost_linear_time(path: str, unit: str) -> None:
    text = unit * (100_000 // len(unit))
    started = time.perf_counter()

    findings_in(path, text)

    assert time.perf_counter() - started < 6


def test_a_value_seen_through_escapes_has_the_place_of_what_is_written() -> None:
    secret = "q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa"
    written = secret.replace("9", "\\u0039")
    text = '{"run": "export LIVEKIT_API_SECRET=\\"' + written + '\\""}'

    ((spot, _),) = findings_in("a.json", text)

    assert text[spot.column - 1 : spot.end_column - 1] == written


def test_the_key_of_the_same_object_is_named_not_that_of_its_neighbour() -> None:
    other = "APIsecondkey9876"
    secret = "q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa"
    text = (
        "livekit:\n"
        f"  - api_secret: {secret}\n    api_key: {other}\n"
        f"  - api_secret: {secret[::-1]}\n    api_key: {KEY}\n"
    )

    first, second = findings_in("a.yaml", text)

    assert f"of key {other}" in first[1]
    assert f"of key {KEY}" in second[1]


def test_a_source_keeps_its_text_behind_a_byte_order_mark() -> None:
    assert Source.from_bytes("a.env", codecs.BOM_UTF16_BE + "A=ü".encode("utf-16-be")).text == "A=ü"
