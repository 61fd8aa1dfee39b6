"""What lk-audit reads in source text is what the real libraries write into tokens: the vectors of conformance/."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from conformance.catalogue import Library, Outcome, Spelling, spellings, vectors, vectors_file
from conformance.generate import NOW
from lk_audit.facts import UNKNOWN, Expiry, Grant, GrantScalar, Lifetime, Signer, TokenMint
from lk_audit.livekit.grants import OTHER_GRANTS, VIDEO_GRANTS
from lk_audit.source import Source
from tests.samples import extract_facts

ALL = [spelling for library in Library for spelling in spellings(library)]
RECORDED = {library: vectors(library) for library in Library}
MANIFESTS = {
    Library.NODE_V1: Source.from_text("package.json", '{"dependencies": {"livekit-server-sdk": "^1.2.7"}}'),
    Library.RUST_0_6: Source.from_text("Cargo.toml", '[dependencies]\nlivekit-api = { version = "0.6.2" }\n'),
}
LEEWAY = 60
"""For how long after its expiry a server takes a token, in seconds: lifetimes in the wrong unit are within it."""
WRITTEN_DEFAULTS = {"canPublish", "canSubscribe", "canPublishData"}
"""What livekit-api for Python, and for Rust before grants were optional, writes as true when the code says nothing."""
WRITES_DEFAULTS = {Library.PYTHON, Library.RUST_0_6}
WORDLESS = {Expiry.UNKNOWN, Expiry.CALLER}


def outcomes_of(spelling: Spelling) -> list[Outcome]:
    return RECORDED[spelling.library][spelling.id]


def makes_token(spelling: Spelling) -> bool:
    return all(run["outcome"] == "token" for run in outcomes_of(spelling))


def carries_grants(spelling: Spelling) -> bool:
    """Whether the token holds anything that makes it LiveKit's; SDK tokens always are."""
    run = outcomes_of(spelling)[0]
    return (
        spelling.library.is_sdk or run["video"] is not None or bool(OTHER_GRANTS.keys() & run.get("other", {}).keys())
    )


def cases(*chosen: Spelling) -> list[object]:
    return [pytest.param(spelling, id=f"{spelling.library.value}: {spelling.id}") for spelling in chosen]


TOKENS = [spelling for spelling in ALL if makes_token(spelling) and carries_grants(spelling)]
REJECTED_LIFETIMES = [item for item in ALL if not makes_token(item) and item.section == "Lifetimes"]


def mints_in(spelling: Spelling) -> list[TokenMint]:
    sources = [Source.from_text(spelling.path, spelling.code)]
    if spelling.library in MANIFESTS:
        sources.append(MANIFESTS[spelling.library])
    facts, _ = extract_facts(sources)
    return [fact for fact in facts if isinstance(fact, TokenMint)]


def mint_in(spelling: Spelling) -> TokenMint:
    found = mints_in(spelling)
    assert len(found) == 1, f"{len(found)} mints in a file that makes one token"
    return found[0]


# Lifetimes


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a recorded token lives. `tolerance` is in seconds: `exp` counts whole ones."""

    expiry: Expiry
    seconds: float = 0
    tolerance: float = 0.999

    def agrees(self, lifetime: Lifetime) -> bool:
        if lifetime.expiry is Expiry.BORN_EXPIRED and lifetime.slip and 0 < self.seconds < LEEWAY:
            return lifetime.seconds is not None and abs(lifetime.seconds - self.seconds) <= self.tolerance
        if self.expiry is not Expiry.EXPLICIT:
            return lifetime.expiry is self.expiry
        if lifetime.expiry not in {Expiry.EXPLICIT, Expiry.IMPLICIT} or lifetime.seconds is None:
            return False
        return abs(lifetime.seconds - self.seconds) <= self.tolerance


def limit(run: Outcome) -> Limit:
    """The limit of a recorded run. Where it depends on the day of minting, a tenth either way is tolerated."""
    if run["outcome"] == "error":
        return Limit(Expiry.REJECTED)
    if run.get("exp_in_milliseconds"):
        return Limit(Expiry.MILLISECONDS)
    seconds = run["absolute_exp"] - NOW if "absolute_exp" in run else run["lifetime"]
    if seconds is None:
        return Limit(Expiry.NEVER)
    if seconds <= 0:
        return Limit(Expiry.BORN_EXPIRED)
    varies = "absolute_exp" in run or "lifetime_grows" in run
    return Limit(Expiry.EXPLICIT, seconds, seconds / 10 if varies else 0.999)


def assert_same_lifetimes(spelling: Spelling, mint: TokenMint) -> None:
    """Every recorded lifetime is found, and none is made up; only open spellings may add that they do not know."""
    limits = [limit(run) for run in outcomes_of(spelling)]
    missed = [item for item in limits if not any(item.agrees(lifetime) for lifetime in mint.lifetimes)]
    made_up = [
        lifetime
        for lifetime in mint.lifetimes
        if not any(item.agrees(lifetime) for item in limits) and not (spelling.open and lifetime.expiry in WORDLESS)
    ]
    assert not missed, f"missed {missed}, found {mint.lifetimes}"
    assert not made_up, f"made up {made_up}, recorded {limits}"


@pytest.mark.parametrize("spelling", cases(*TOKENS))
def test_the_lifetime_read_in_the_code_is_that_of_the_token(spelling: Spelling) -> None:
    assert_same_lifetimes(spelling, mint_in(spelling))


@pytest.mark.parametrize("spelling", cases(*REJECTED_LIFETIMES))
def test_a_lifetime_that_the_library_rejects_is_known_to_be_rejected(spelling: Spelling) -> None:
    assert_same_lifetimes(spelling, mint_in(spelling))


# Grants

Claims = dict[str, object]


def claims_of(run: Outcome) -> Claims:
    """The grants of a recorded token under the names that facts use: `canPublish`, `sip.admin`."""
    claims = {name: claim for name, claim in (run["video"] or {}).items() if name in VIDEO_GRANTS}
    for target, names in OTHER_GRANTS.items():
        flags = run.get("other", {}).get(target, {})
        claims.update({f"{target}.{name}": claim for name, claim in flags.items() if name in names})
    return claims


def scalar(claim: object) -> GrantScalar:
    """A recorded claim as a grant's value; text of the caller and types LiveKit refuses are unknown."""
    if isinstance(claim, str):
        return UNKNOWN if " of the caller" in claim else claim
    if claim is None or isinstance(claim, bool):
        return claim
    if isinstance(claim, list) and all(isinstance(item, str) for item in claim):
        return tuple(claim)
    return UNKNOWN


def nothing(name: str) -> set[GrantScalar]:
    """The values of a grant that mean what its absence means."""
    return {None, "", ()} if name in WRITTEN_DEFAULTS else {None, "", (), False}


def is_written_default(spelling: Spelling, name: str, claim: object) -> bool:
    """Whether the SDK wrote the claim by itself. Fields of grant objects other than `video` default to false."""
    if spelling.library not in WRITES_DEFAULTS:
        return False
    return claim is True if name in WRITTEN_DEFAULTS else claim in (False, "", [])


def assert_same_grants(spelling: Spelling, mint: TokenMint) -> None:
    """Every claim that the code sets is found with its values, and none is made up."""
    runs = [claims_of(run) for run in outcomes_of(spelling)]
    by_name = mint.grants.by_name
    for claims in runs:
        unseen = {
            name
            for name, claim in claims.items()
            if name not in by_name and not is_written_default(spelling, name, claim)
        }
        assert not unseen, f"missed {unseen}, found {sorted(by_name)}"
    for grant in by_name.values():
        assert_same_values(spelling, grant, runs)


def assert_same_values(spelling: Spelling, grant: Grant, runs: list[Claims]) -> None:
    """The values read are those recorded. What means as much as no claim leaves it out, as may an uncertain grant."""
    said = set(grant.values)
    written = {scalar(claims[grant.name]) for claims in runs if grant.name in claims}
    if UNKNOWN in said and len({str(claims.get(grant.name)) for claims in runs}) > 1:
        # The caller's flag decides: that it may be anything is all that the code says.
        assert said - {UNKNOWN, None} <= written, grant.name
        return
    if any(grant.name not in claims for claims in runs):
        absent = nothing(grant.name)
        assert not grant.certain or said & absent, f"{grant.name} is not always set"
        said -= absent - written
    if not grant.certain and is_written_default(spelling, grant.name, claim=True):
        said.add(True)
        written.add(True)
    if spelling.open:
        said -= {UNKNOWN} - written
    assert said == written, grant.name


@pytest.mark.parametrize("spelling", cases(*TOKENS))
def test_the_grants_read_in_the_code_are_those_of_the_token(spelling: Spelling) -> None:
    assert_same_grants(spelling, mint_in(spelling))


def unknown_names(run: Outcome) -> Iterator[str]:
    yield from (name for name in run["video"] or {} if name not in VIDEO_GRANTS)
    for target, names in OTHER_GRANTS.items():
        yield from (name for name in run.get("other", {}).get(target, {}) if name not in names)


DROP_NAMES = {Library.PYTHON, Library.RUBY, Library.PHP}
"""SDKs that let no wrong name into a token; the other libraries pass every name through, or do not compile."""
PASSED_THROUGH = [spelling for spelling in TOKENS if spelling.library not in DROP_NAMES]


@pytest.mark.parametrize("spelling", cases(*PASSED_THROUGH))
def test_the_names_that_livekit_ignores_are_reported(spelling: Spelling) -> None:
    recorded = {name for run in outcomes_of(spelling) for name in unknown_names(run)}
    assert {grant.spelled for grant in mint_in(spelling).grants.unknown} == recorded


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("a camelCase keyword is rejected", "roomJoin"),
        ("an invented keyword is rejected", "can_publish_audio"),
        ("an invented attribute is lost", "canPublish"),
    ],
)
def test_a_name_that_the_python_classes_do_not_have_is_reported(name: str, wrong: str) -> None:
    spelling = next(item for item in spellings(Library.PYTHON) if item.id == name)
    assert [grant.spelled for grant in mint_in(spelling).grants.unknown] == [wrong]


@pytest.mark.parametrize(
    ("library", "name", "wrong"),
    [
        (Library.RUBY, "a hash in snake case is lost", "can_publish"),
        (Library.PHP, "an array in snake case is lost", "can_publish"),
    ],
)
def test_a_restriction_that_an_sdk_drops_without_a_word_is_reported(library: Library, name: str, wrong: str) -> None:
    spelling = next(item for item in spellings(library) if item.id == name)
    assert "canPublish" not in claims_of(outcomes_of(spelling)[0])
    assert [grant.spelled for grant in mint_in(spelling).grants.unknown] == [wrong]


def may_send_data(claims: Claims) -> bool:
    """What the server decides: canPublishData, else canPublish, else yes."""
    right = claims.get("canPublishData")
    if right is None:
        right = claims.get("canPublish")
    return right is not False


def seems_to_send_data(mint: TokenMint) -> bool:
    """The same from the facts, with what the SDK adds on its own."""
    claims: Claims = {name: grant.values[0] for name, grant in mint.grants.by_name.items()}
    if "canPublishData" not in claims and mint.can_publish_data_stays:
        return True
    return may_send_data(claims)


@pytest.mark.parametrize("spelling", cases(*(item for item in TOKENS if len(outcomes_of(item)) == 1)))
def test_the_right_to_send_data_is_that_of_the_token(spelling: Spelling) -> None:
    assert seems_to_send_data(mint_in(spelling)) == may_send_data(claims_of(outcomes_of(spelling)[0]))


def denies_publishing(spelling: Spelling) -> bool:
    return any(claims_of(run).get("canPublish") is False for run in outcomes_of(spelling))


@pytest.mark.parametrize("spelling", cases(*filter(denies_publishing, TOKENS)))
def test_a_denial_of_publishing_leaves_data_on_exactly_where_the_sdk_writes_it(spelling: Spelling) -> None:
    mint = mint_in(spelling)
    publishing = mint.grants.get("canPublish")
    if mint.grants.get("canPublishData") is None and publishing is not None and UNKNOWN not in publishing.values:
        runs = [claims_of(run) for run in outcomes_of(spelling)]
        left_on = any(claims.get("canPublish") is False and may_send_data(claims) for claims in runs)
        assert mint.can_publish_data_stays == left_on


# The rest of a mint


@pytest.mark.parametrize("spelling", cases(*TOKENS))
def test_the_participant_kind_is_that_of_the_token(spelling: Spelling) -> None:
    recorded = {run["kind"] for run in outcomes_of(spelling) if "kind" in run}
    assert set(mint_in(spelling).kinds) == recorded


@pytest.mark.parametrize("spelling", cases(*TOKENS))
def test_who_signs_is_known(spelling: Spelling) -> None:
    assert mint_in(spelling).signer is (Signer.SDK if spelling.library.is_sdk else Signer.RAW)


@pytest.mark.parametrize("spelling", cases(*(item for item in ALL if item not in TOKENS)))
def test_no_file_seems_to_make_more_tokens_than_it_does(spelling: Spelling) -> None:
    assert len(mints_in(spelling)) <= 1


# The vectors themselves


@pytest.mark.parametrize("library", Library)
def test_every_spelling_has_its_vector_and_every_vector_its_spelling(library: Library) -> None:
    assert [spelling.id for spelling in spellings(library)] == list(RECORDED[library])


@pytest.mark.parametrize("library", Library)
def test_no_token_is_stored(library: Library) -> None:
    assert not re.search(r"eyJ[\w-]{8,}\.", vectors_file(library).read_text(encoding="utf-8"))
