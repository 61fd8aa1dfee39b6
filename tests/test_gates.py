"""Gates: what a file must mention before it is parsed loses nothing that would be found in it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import chain

import pytest

from lk_audit import frontends
from lk_audit.extractors import gates
from lk_audit.extractors.gates import GATES, SIGNING, SINKS, Words
from lk_audit.extractors.secret_names import USUAL, SecretNames
from lk_audit.facts import CredentialLiteral
from lk_audit.hints import Hints
from lk_audit.livekit import development, sdks, sinks, webhooks
from lk_audit.livekit.apps import DEVICE_BUILDS
from lk_audit.livekit.clients import PUBLIC_ENVIRONMENTS
from lk_audit.livekit.sdks import Family
from lk_audit.livekit.setting_names import PUBLIC_PREFIXES
from lk_audit.livekit.unverified import UNVERIFIED
from lk_audit.rule_loader import load_builtin_rules
from lk_audit.scanning import extraction, worth
from lk_audit.scanning.worth import may_tell
from lk_audit.source import Source
from lk_audit.testing import read_example, without_marks
from tests.looks import look_at_all
from tests.samples import extract_facts

FAMILIES = [sdks.family(name) for name in sdks.FAMILIES]
EXAMPLES = [
    pytest.param(text, id=f"{rule.id}-{kind}-{number}")
    for rule in load_builtin_rules()
    for kind, texts in (("bad", rule.bad), ("good", rule.good))
    for number, text in enumerate(texts, 1)
]


def spoken(name: str, words: Words) -> bool:
    """Whether whoever writes a name, or imports what has it, writes one of the words."""
    written = name.encode()
    return any(word in written if isinstance(word, bytes) else word.search(written) for word in words)


def unspoken(names: Iterable[str], words: Words) -> set[str]:
    return {name for name in names if not spoken(name, words)}


def first_words(extractor: str) -> Words:
    return tuple(chain.from_iterable(way[0] for way in GATES[extractor]))


@pytest.mark.parametrize("of", FAMILIES, ids=sdks.FAMILIES)
def test_every_token_class_opens_the_gate_of_mints(of: Family) -> None:
    assert unspoken(of.constructors, first_words("mints")) == set()


@pytest.mark.parametrize("of", FAMILIES, ids=sdks.FAMILIES)
def test_every_library_that_signs_is_known_to_the_gate_of_mints(of: Family) -> None:
    tables = (of.signers, of.sign_classes, of.jwt_classes, of.later_signers, of.builders, of.hmacs)

    assert unspoken(chain.from_iterable(tables), SIGNING) == set()


@pytest.mark.parametrize("of", FAMILIES, ids=sdks.FAMILIES)
def test_every_builder_of_claims_is_in_a_package_that_the_gate_knows(of: Family) -> None:
    assert unspoken((row.package for row in of.claim_builders.values()), SIGNING) == set()


@pytest.mark.parametrize("of", FAMILIES, ids=sdks.FAMILIES)
def test_every_function_that_takes_a_secret_by_position_opens_the_gate_of_credentials(of: Family) -> None:
    by_position = [name for name, sink in of.sinks.items() if sink.secret_position is not None]

    assert unspoken(by_position, SINKS) == set()


def test_every_prefix_and_place_of_published_variables_opens_the_gate_of_exposures() -> None:
    published = [prefix for prefix, _ in PUBLIC_PREFIXES]

    assert unspoken((*published, *PUBLIC_ENVIRONMENTS, *DEVICE_BUILDS), GATES["exposures"][0][1]) == set()


@pytest.mark.parametrize(
    ("extractor", "names"),
    [
        ("webhooks", webhooks.EVENTS | webhooks.GO_EVENTS),
        ("development_tokens", development.SOURCES),
        ("secret_exposures", sinks.TOKEN_METHODS),
    ],
)
def test_what_an_extractor_looks_for_opens_its_gate(extractor: str, names: Iterable[str]) -> None:
    assert unspoken(names, first_words(extractor)) == set()


def test_every_function_that_reads_a_token_unchecked_opens_the_gate_of_checks() -> None:
    ways = GATES["token_checks"]

    assert unspoken(UNVERIFIED, ways[2][0]) == set()
    assert unspoken(UNVERIFIED, ways[2][2]) == set()


@pytest.mark.parametrize(
    ("code", "is_used"),
    [
        ('SECRET = os.environ["LIVEKIT_API_SECRET"]', True),
        ("const { livekitApiSecret } = settings", True),
        ('API_SECRET = "anything"', True),
        ("api_secret: str = (\n    'anything'\n)", True),
        ("secret := []byte{1, 2, 3}", True),
        ("// api_secret: q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa", True),
        ("# lk room list --api-secret qkZpomVxzLkRptYbuNcWisHdaJfGruAelQoTiXyBvMa", True),
        ("// secret = anotherVariableOfTheProject", False),
        ("stripe_client_secret = 'anything'", False),
        ("// nobody keeps a secret", False),
        ("return config.secret", False),
    ],
)
def test_a_secret_is_used_where_it_is_named_for_livekit_or_written_down(code: str, is_used: bool) -> None:
    assert USUAL.are_used_in(code.encode()) is is_used


@pytest.mark.parametrize("suffix", ["py", "js", "go", "kt", "swift", "dart", "php", "rb", "cs", "rs", "exs", "java"])
@pytest.mark.parametrize(
    "setting",
    [
        "lk room list --api-key APIexamp23456Ab --api-secret q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa",
        "API_KEY=APIexamp23456Ab API_SECRET=q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa",
        "api_secret = q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa",
    ],
)
def test_a_secret_that_a_comment_does_not_quote_is_found(setting: str, suffix: str) -> None:
    sign = "#" if suffix in {"py", "rb", "exs", "php"} else "//"
    start = "<?php\n" if suffix == "php" else ""
    source = Source.from_bytes(f"app/main.{suffix}", f"{start}{sign} The LiveKit server\n{sign} {setting}\n".encode())

    assert [type(fact) for fact in extract_facts([source])[0]] == [CredentialLiteral]


def test_a_name_that_the_project_states_opens_every_gate_of_secrets() -> None:
    names = SecretNames(Hints(secret_names=("CALLS_HMAC",)))

    assert {"credentials", "comments", "secret_exposures"} <= gates.opened(b'CALLS_HMAC = "x"', names)
    assert gates.may_be_document(b"CALLS_HMAC=x", names)


def test_words_that_begin_in_one_piece_of_a_large_file_and_end_in_the_next_are_seen() -> None:
    for distance in range(12):
        data = b" " * ((1 << 16) - distance) + b"AccessToken("

        assert "mints" in gates.opened(data, USUAL)


@pytest.mark.parametrize("text", EXAMPLES)
def test_gates_lose_nothing_of_the_examples(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = read_example(without_marks(text))
    gated = extract_facts(sources)[0]

    monkeypatch.setattr(worth, "opened", lambda _source, _names: frozenset(GATES))
    monkeypatch.setattr(gates, "may_be_document", lambda _data, _names: True)

    assert set(map(repr, extract_facts(sources)[0])) == set(map(repr, gated))


@pytest.mark.parametrize("text", EXAMPLES)
def test_what_is_told_of_files_when_they_are_read_loses_nothing_of_the_examples(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = read_example(without_marks(text))
    all_facts = extract_facts(sources)[0]

    monkeypatch.setattr(extraction, "telling", lambda some: [source for source in some if may_tell(source, USUAL)])

    assert extract_facts(sources)[0] == all_facts


@pytest.mark.parametrize(
    "code",
    [
        "const jwt = new SignJWT({ video: { roomJoin: true } }).sign(signer);",
        "await provider.setKey('correct-horse-battery', 'E2EE');",
        "const tokens = TokenSource.sandboxTokenServer('my-sandbox-id');",
        "localStorage.setItem('livekit-token', token);",
    ],
)
@pytest.mark.parametrize("suffix", ["vue", "svelte", "astro", "html", "ipynb"])
def test_code_in_pages_and_notebooks_is_told_of_as_code_is(code: str, suffix: str) -> None:
    text = f"---\n{code}\n---\n" if suffix == "astro" else f"<script>\n{code}\n</script>\n"
    cells = [{"cell_type": "code", "source": code, "metadata": {}, "outputs": []}]
    text = json.dumps({"cells": cells, "nbformat": 4}) if suffix == "ipynb" else text

    assert may_tell(frontends.view(Source.from_text(f"src/room.{suffix}", text)), USUAL)


@pytest.mark.parametrize(
    "address",
    ["ws://media.team.dev:7880", "http://203.0.113.9", "ws://[2606:4700::1]:7880", "http://me:pw@media.team.dev"],
)
def test_an_unencrypted_address_opens_the_gate_of_addresses(address: str) -> None:
    assert "urls" in gates.opened(f'LIVEKIT_URL = "{address}"'.encode(), USUAL)
    assert gates.may_be_document(f"LIVEKIT_URL={address}".encode(), USUAL)


def test_the_address_of_a_licence_opens_none() -> None:
    licence = b"# LiveKit agents, http://www.apache.org/licenses/LICENSE-2.0"

    assert gates.opened(licence, USUAL) == frozenset()
    assert not gates.may_be_document(licence, USUAL)


@pytest.mark.parametrize("text", EXAMPLES)
def test_a_look_at_the_bytes_of_other_files_loses_nothing_of_the_examples(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = read_example(without_marks(text))
    told = extract_facts(sources)[0]

    look_at_all(monkeypatch)

    assert list(map(repr, extract_facts(sources)[0])) == list(map(repr, told))
