"""What a row of the tables of SDKs and JWT libraries says."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct, field

from lk_audit.livekit.durations import HOUR


class TtlUnit(Enum):
    """What a lifetime setting takes."""

    TIMEDELTA = "a timedelta"
    SECONDS_OR_JOSE_SPAN = "seconds, or a span as jose reads it"
    SECONDS_OR_MS_SPAN = "seconds, or a span as the ms package reads it"
    EXPIRES_IN = "seconds, or a span as the ms package reads it; never nothing"
    EPOCH_OR_JOSE_SPAN = "seconds since 1970, a Date, or a span as jose reads it"
    EPOCH = "seconds since 1970"
    EPOCH_OR_DATETIME = "seconds since 1970, or a datetime"
    GO_DURATION = "a time.Duration; a bare number counts nanoseconds"
    MILLISECONDS = "milliseconds"
    DATE = "a Date"
    SECONDS = "seconds, or a duration"
    SECONDS_OR_DEFAULT = "seconds; nothing stands for the default"
    DURATION = "a duration"


class Setting(Struct, frozen=True):
    """One thing a builder call, a setter or an option sets.

    `position` is that of the value among the arguments; with `is_variadic` every argument is one. `gathers` tells that
    the named arguments of the call may together be the value, as a hash.
    """

    target: str
    position: int = 0
    unit: TtlUnit | None = None
    keyword: str | None = None
    is_variadic: bool = False
    gathers: bool = False


class Sdk(Struct, frozen=True):
    """A LiveKit server SDK.

    `arguments` are the constructor's parameters in order; `members` what calling or assigning a member of the
    token sets; `options` the keys of the options object. `merges_grants` tells that a second grant call adds to the
    first, `keeps_grants` that the token keeps the caller's object, so that later changes of it count.
    `writes_data_rights` tells that an unset canPublishData is written as true, `allows_credentials` names the method
    without which it signs no room configuration with credentials in it. `signs_of` are members by which a token
    is known where its import is lost, `reads_maps` tells that a plain map may stand for an object of a grant class,
    `clears` are those that take back what was granted, with the grant object. `older` is the SDK before a version that
    changed what a token holds.
    """

    label: str
    language: str
    arguments: tuple[str, ...]
    members: dict[str, Setting]
    options: dict[str, Setting]
    default_ttl: float = 6 * HOUR
    merges_grants: bool = False
    keeps_grants: bool = False
    writes_data_rights: bool = False
    signs_of: frozenset[str] = frozenset()
    clears: dict[str, str] = {}
    allows_credentials: str = ""
    reads_maps: bool = False
    older: Sdk | None = None


class SecretSink(Struct, frozen=True):
    """A call that takes the API secret (and key) without minting: arguments by position and by option name."""

    secret_position: int | None
    key_position: int | None = None
    secret_name: str = "api_secret"  # noqa: S105 - the name of a parameter
    key_name: str = "api_key"


class JwtSigner(Struct, frozen=True):
    """A general JWT library's signing call: where payload, secret and options stand, and what options set.

    Where `payload` is None, the call makes the payload itself, of its arguments. `default_ttl` is the lifetime of a
    token that is given none, in seconds; None where such a token never expires. `config` is where it is told which
    claims every token gets: an argument, or a function of the file by its name.
    """

    label: str
    payload: int | None
    secret: int
    options: int | None = None
    payload_names: tuple[str, ...] = ("payload", "claims")
    secret_names: tuple[str, ...] = ("key", "secret")
    lifetime_option: Setting | None = None
    exp_unit: TtlUnit | None = TtlUnit.EPOCH
    default_ttl: float | None = None
    config: int | str | None = None


class LaterSigner(Struct, frozen=True):
    """A general JWT library whose token is made of claims first, and signed later by a method of its own.

    `payload` is None where it is made without claims, which are set in its field `Claims` later. `is_key` tells that
    what is made is the key, of the secret, and that its method is given the claims.
    """

    label: str
    payload: int | None
    sign: str
    is_key: bool = False
    exp_unit: TtlUnit = TtlUnit.EPOCH_OR_DATETIME


class GrantHelper(Struct, frozen=True):
    """A function of an SDK that makes a grant object: `Grants.join_room(room)`.

    `gives` are the grants that it gives in any case, `positions` those that its arguments give; with `takes_map` its
    first argument holds the grants by their names.
    """

    gives: dict[str, bool] = field(default_factory=dict)
    positions: tuple[str, ...] = ()
    takes_map: bool = False


class Claim(Struct, frozen=True):
    """What a class that holds one grant makes: the grant object, the grant's name, its value when none is given."""

    target: str
    name: str
    default: bool | None = None


class JwtBuilder(Struct, frozen=True):
    """A JWT library whose tokens are put together call by call.

    `claims` are the methods that set one claim by its position in this table, `entries` those that take a name and a
    value, `records` those that take many at once, `minutes` those that give the lifetime in minutes from now. `signs`
    are methods that take the secret, at a position or (None) anywhere; `secrets` calls beside the builder that do.
    """

    label: str
    claims: dict[str, str]
    entries: frozenset[str] = frozenset()
    records: frozenset[str] = frozenset()
    minutes: frozenset[str] = frozenset()
    signs: dict[str, int | None] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()


class ClaimBuilder(Struct, frozen=True):
    """A JWT library's builder that is told the claims one by one.

    `package` is what a file imports that uses it; `claims` the claim that each method sets, `any_claim` the method that
    is told a name and a value; `keys` are calls whose first argument is the secret.
    """

    label: str
    package: str
    claims: dict[str, str]
    any_claim: str
    keys: frozenset[str] = frozenset()


class JwtClass(Struct, frozen=True):
    """A class of a JWT library whose instances are tokens that are not signed yet.

    `payload` is the position of the claims among the arguments of its constructor, `payload_names` their names;
    `options` are further named arguments, `members` what calling a method sets, and `signed_by` the method that signs:
    where there is a call of it, the token is made there.
    """

    label: str
    payload: int | None = 0
    payload_names: tuple[str, ...] = ()
    options: dict[str, Setting] = field(default_factory=dict)
    members: dict[str, tuple[Setting, ...]] = field(default_factory=dict)
    signed_by: str = ""


class Family(Struct, frozen=True):
    """Everything that code of one language calls to make, sign or check LiveKit tokens, by full name.

    `sinks` take the API secret without minting; `rooms` are what a program connects to by itself, so that a token
    beside one is its own; `sign_classes` are builders of jose's kind (the payload is the constructor's argument, the
    secret that of `sign`), `sign_members` what is set on those; `builders` are those that are filled claim by claim, by
    the call that makes one, `claim_builders` those known by the last name of the call that makes one, `jwt_classes`
    tokens to be signed, `later_signers` other libraries that sign in two steps; `claim_structs` are their structs, with
    the names of the fields in the token; `single_grants` are classes that hold one grant each; `hmacs` sign by hand,
    `grant_helpers` make grant objects; `token_methods` of clients make tokens with the client's key.
    """

    constructors: dict[str, Sdk] = field(default_factory=dict)
    sinks: dict[str, SecretSink] = field(default_factory=dict)
    rooms: frozenset[str] = frozenset()
    signers: dict[str, JwtSigner] = field(default_factory=dict)
    sign_classes: dict[str, str] = field(default_factory=dict)
    sign_members: dict[str, Setting] = field(default_factory=dict)
    jwt_classes: dict[str, JwtClass] = field(default_factory=dict)
    later_signers: dict[str, LaterSigner] = field(default_factory=dict)
    claim_structs: dict[str, dict[str, str]] = field(default_factory=dict)
    token_methods: dict[str, Sdk] = field(default_factory=dict)
    hmacs: frozenset[str] = frozenset()
    builders: dict[str, JwtBuilder] = field(default_factory=dict)
    single_grants: dict[str, Claim] = field(default_factory=dict)
    claim_builders: dict[str, ClaimBuilder] = field(default_factory=dict)
    grant_helpers: dict[str, GrantHelper] = field(default_factory=dict)
