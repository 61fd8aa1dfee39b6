"""One secret is one problem, wherever it stands; key ids are found across lines and files."""

from __future__ import annotations

import time

import jwt
import pytest

from lk_audit.extractors.tokens import signers
from lk_audit.facts import CredentialLiteral, Hosting, JwtLiteral
from lk_audit.findings import Report
from lk_audit.reporters import Presentation, render
from lk_audit.rule_api import Options
from lk_audit.rule_loader import load_rules
from lk_audit.scanning.pipeline import scan_sources
from lk_audit.source import Source
from tests.samples import extract_facts

KEY = "APIk3yK3yK3y234"
SECRET = "q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa"
NOW = 1_750_000_000


def files(contents: dict[str, str]) -> list[Source]:
    return [Source.from_text(path, text) for path, text in contents.items()]


def credentials(contents: dict[str, str]) -> list[CredentialLiteral]:
    facts, _ = extract_facts(files(contents))
    return [fact for fact in facts if isinstance(fact, CredentialLiteral)]


def report(contents: dict[str, str], now: float = NOW) -> Report:
    return scan_sources(files(contents), load_rules().rules, Options(now=now))


def text(contents: dict[str, str], now: float = NOW) -> str:
    return render("text", report(contents, now), Presentation(width=4000))


def token(**claims: object) -> str:
    payload = {"iss": KEY, "sub": "guest", "nbf": NOW, "exp": NOW + 600, "video": {"roomJoin": True, "room": "r"}}
    return jwt.encode({**payload, **claims}, SECRET, algorithm="HS256")


def test_a_key_id_in_another_file_is_shown_as_the_only_one() -> None:
    (found,) = credentials({"config.py": f'LIVEKIT_API_SECRET = "{SECRET}"\n', "k8s.yaml": f"livekit_key: {KEY}\n"})

    assert found.key_id is None
    assert found.key_at is not None
    assert found.key_at.place.path == "k8s.yaml"
    assert found.key_at.note == f"{KEY}, the only API key id in these files"


@pytest.mark.parametrize(("above", "below"), [(1, 99), (99, 1)])
def test_a_key_id_that_stands_more_than_once_is_shown_where_it_is_nearest(above: int, below: int) -> None:
    lines = [f"# {KEY}", f"# {KEY}", *[""] * above, f'LIVEKIT_API_SECRET = "{SECRET}"', *[""] * below, f"# {KEY}"]
    (found,) = credentials({"config.py": "\n".join([*lines, f"# {KEY}"])})

    assert found.key_at is not None
    assert found.key_at.place.line == (2 if above < below else len(lines))


def test_two_unrelated_key_ids_are_not_guessed_from() -> None:
    other = "APIz9yK3yK3y234"
    (found,) = credentials({"a.py": f'LIVEKIT_API_SECRET = "{SECRET}"\n', "b.yaml": f"livekit: [{KEY}, {other}]\n"})

    assert found.key_at is None


def test_the_key_id_beside_one_copy_counts_for_every_copy() -> None:
    env = f"LIVEKIT_API_KEY={KEY}\nLIVEKIT_API_SECRET={SECRET}\n"
    found = credentials({".env": env, "src/a.py": f'\n\nLIVEKIT_API_SECRET = "{SECRET}"\n'})

    assert [fact.key_id for fact in found] == [KEY, KEY]
    assert [fact.key_at and fact.key_at.place.path for fact in found] == [".env", ".env"]


def test_a_token_proves_to_which_key_the_secret_that_signed_it_belongs() -> None:
    found = credentials({"a.py": f'LIVEKIT_API_SECRET = "{SECRET}"\n', "join.txt": f"livekit {token()}\n"})

    assert [fact.key_id for fact in found] == [KEY]


@pytest.mark.parametrize(
    ("path", "content", "hosting"),
    [
        ("app.env", f"LIVEKIT_URL=wss://acme.livekit.cloud\nLIVEKIT_API_SECRET={SECRET}\n", Hosting.CLOUD),
        ("livekit.yaml", f"port: 7880\nkeys:\n  {KEY}: {SECRET}\n", Hosting.OWN),
        ("app.env", f"LIVEKIT_API_SECRET={SECRET}\n", Hosting.UNKNOWN),
    ],
)
def test_the_files_tell_where_the_key_is_replaced(path: str, content: str, hosting: Hosting) -> None:
    assert [fact.hosting for fact in credentials({path: content})] == [hosting]


def test_the_fix_names_the_key_and_the_place_to_replace_it() -> None:
    said = text({"livekit.yaml": f"port: 7880\nkeys:\n  {KEY}: {SECRET}\n"})

    assert f"remove key {KEY} there and restart the server" in said


def test_a_secret_in_three_files_is_one_finding_with_three_places() -> None:
    line = f'LIVEKIT_API_SECRET = "{SECRET}"\n'
    found = report({"a.py": line, "b.py": line, "c.py": line})
    said = render("text", found, Presentation(width=200))

    assert len(found.open_findings) == 3
    assert len({finding.problem for finding in found.open_findings}) == 1
    assert len({finding.fingerprint for finding in found.open_findings}) == 3
    assert "= also b.py:1:22" in said
    assert "= also c.py:1:22" in said
    assert "1 finding in 3 places: 1 critical" in said


def test_two_secrets_are_two_findings() -> None:
    other = SECRET[::-1]
    found = report({"a.py": f'LIVEKIT_API_SECRET = "{SECRET}"\n', "b.py": f'LIVEKIT_API_SECRET = "{other}"\n'})

    assert len(found.open_problems) == 2


def test_the_most_severe_place_speaks_for_the_others() -> None:
    line = "LIVEKIT_API_SECRET=a-guessable-phrase-of-ours\n"
    said = text({".env.example": line, "deploy/prod.env": line})

    assert said.startswith("medium LK102[dev-credentials]")
    assert "--> deploy/prod.env:1:20" in said
    assert "= also .env.example:1:20" in said


@pytest.mark.parametrize(
    ("claims", "now", "phrase"),
    [
        ({}, NOW, "valid until 2025-06-15, with roomJoin"),
        ({"exp": NOW + 8 * 3600}, NOW, "made for 8 hours where 1 hour is the maximum"),
        ({"nbf": NOW + 86_400, "exp": NOW + 87_000}, NOW, "not valid before 2025-06-16, valid until 2025-06-16"),
        ({"exp": NOW + 600}, NOW + 3600, "expired 2025-06-15"),
        ({"video": {"roomJoin": True}}, NOW, "for every room"),
        (
            {"video": {"roomJoin": True, "room": "r", "can_publish": False}},
            NOW,
            "with can_publish that LiveKit ignores",
        ),
    ],
)
def test_an_embedded_token_is_explained(claims: dict[str, object], now: float, phrase: str) -> None:
    assert phrase in text({"join.py": f'TOKEN = "{token(**claims)}"\n'}, now)


@pytest.mark.parametrize("algorithm", ["HS384", "HS512", "none"])
def test_a_token_that_livekit_would_not_accept_is_not_a_livekit_token(algorithm: str) -> None:
    payload = {"iss": KEY, "exp": NOW + 600, "video": {"roomJoin": True}}
    foreign = jwt.encode(payload, "" if algorithm == "none" else SECRET * 2, algorithm=algorithm)
    facts, _ = extract_facts(files({"join.py": f'# livekit\nTOKEN = "{foreign}"\n'}))

    assert not [fact for fact in facts if isinstance(fact, JwtLiteral)]


def test_the_time_now_is_not_needed_to_extract_a_token() -> None:
    facts, _ = extract_facts(files({"join.py": f'TOKEN = "{token(exp=int(time.time()) + 60)}"\n'}))

    assert [fact.token.key_id for fact in facts if isinstance(fact, JwtLiteral)] == [KEY]


def _strange(number: int) -> str:
    return f"{number:06}{SECRET[6:]}"


def _signed(contents: dict[str, str]) -> str | None:
    """The file of the secret that is said to have signed the only token."""
    facts, _ = extract_facts(files(contents))
    (lead,) = [fact.signed_by for fact in facts if isinstance(fact, JwtLiteral)]
    return lead.place.path if lead else None


def test_a_secret_of_the_key_id_of_a_token_is_tried_wherever_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signers, "_MOST_TRIED", 4)
    others = {f"b{number}.env": f"LIVEKIT_API_SECRET={_strange(number)}\n" for number in range(20)}
    signer = {"z.env": f"LIVEKIT_API_KEY={KEY}\nLIVEKIT_API_SECRET={SECRET}\n"}

    assert _signed({"a.txt": f"livekit {token()}\n", **others, **signer}) == "z.env"


def test_of_very_many_secrets_those_nearest_to_a_token_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signers, "_MOST_TRIED", 4)
    signing, name = f"LIVEKIT_API_SECRET={SECRET}\n", "m/join.txt"
    others = {
        f"{letter}/{number}.env": f"LIVEKIT_API_SECRET={_strange(number + 20 * index)}\n"
        for index, letter in enumerate("az")
        for number in range(20)
    }

    assert _signed({name: f"livekit {token()}\n", **others, "m/.env": signing}) == "m/.env"
    assert _signed({name: f"livekit {token()}\n", **others, "a/.env": signing}) is None


@pytest.mark.parametrize(("at", "line"), [(1, 2), (5, 4), (9, 8), (11, 8)])
def test_of_several_places_of_a_key_id_the_nearest_is_shown(at: int, line: int) -> None:
    lines = ["# "] * 12
    lines[1] = lines[3] = lines[7] = f"# livekit key {KEY}"
    lines[at] = f"LIVEKIT_API_SECRET={SECRET}"
    if at == 1:
        lines[1] = f"LIVEKIT_API_SECRET={SECRET} # {KEY}"

    (found,) = credentials({"a.env": "\n".join(lines), "b.env": f"LIVEKIT_API_KEY={KEY}\n"})

    assert found.key_at is not None
    assert (found.key_at.place.path, found.key_at.place.line) == ("a.env", line)
