"""What rules see: statements about LiveKit authentication, free of any language or parser."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from msgspec import Struct, field

from lk_audit.secret import Secret
from lk_audit.source import Place

if TYPE_CHECKING:
    from lk_audit.livekit.sdks import TtlUnit
    from lk_audit.livekit.tokens import DecodedToken


class Lead(Struct, frozen=True):
    """A place that explains a finding, and what is to be seen there."""

    place: Place
    note: str


class FileRole(Enum):
    """What a file is for, judged by its path."""

    PRODUCTION = "production"
    TEST = "test"
    DOCUMENTATION = "documentation"
    EXAMPLE = "example"
    LOCAL = "local development"


HARMLESS = frozenset({FileRole.TEST, FileRole.DOCUMENTATION})
"""Roles of files that put nothing into use: tests, and what people read."""
FOR_SHOW = HARMLESS | {FileRole.EXAMPLE}
"""Roles of files in which what everybody knows is there to be seen, such as a token of a development key."""


class Fact(Struct, frozen=True, kw_only=True):
    """Base of all facts: where it is, and in what kind of file."""

    place: Place
    role: FileRole = FileRole.PRODUCTION


class Strength(Enum):
    """What a literal credential is worth to an attacker."""

    STRONG = "strong"
    """Random-looking: a real secret."""
    WEAK = "weak"
    """Used as a secret, and guessable: short, a phrase, a repetition."""
    WELL_KNOWN = "well-known"
    """A published development pair such as devkey/secret."""


class Carrier(Enum):
    """How a literal credential is written down."""

    ARGUMENT = "an argument"
    FALLBACK = "a fallback for an environment variable"
    ASSIGNMENT = "an assignment"
    ENV_FILE = "an environment file"
    CONFIGURATION = "a configuration file"
    SCRIPT = "a script"
    COMMAND = "a command line"
    COMMENT = "a comment"
    TEXT = "text"


class Hosting(Enum):
    """Who runs the LiveKit server, and so where its keys are kept."""

    CLOUD = "LiveKit Cloud"
    OWN = "an own server"
    UNKNOWN = "unknown"


class Custody(Enum):
    """What git does with a file."""

    TRACKED = "git tracks it"
    STAGED = "the next commit adds it"
    LOOSE = "git would add it"
    IGNORED = "git ignores it"
    UNKNOWN = "unknown"


class CredentialLiteral(Fact, frozen=True, kw_only=True):
    """A LiveKit API secret written down. `name` is what it is called there, `key_id` the API key it belongs to.

    `key_at` is where that key id stands, or the only one that the files hold. Of an environment file `custody` says
    what git does with it, `copied_at` what copies it into a container image.
    """

    secret: Secret
    strength: Strength
    carrier: Carrier
    name: str | None = None
    key_id: str | None = None
    certain: bool = True
    leads: tuple[Lead, ...] = ()
    key_at: Lead | None = None
    hosting: Hosting = Hosting.UNKNOWN
    custody: Custody = Custody.UNKNOWN
    copied_at: Lead | None = None


class EnvExposure(Fact, frozen=True, kw_only=True):
    """The API secret under a name, or in a setting, that a framework publishes to clients.

    `is_read` tells code that reads it from a file that defines it; `framework` says who publishes the prefix. For a
    setting `framework` is the setting, and `effect` says where it copies the value.
    """

    name: str
    prefix: str
    framework: str
    is_read: bool
    on_server: bool = False
    effect: str | None = None


class JwtLiteral(Fact, frozen=True, kw_only=True):
    """A LiveKit access token written down. `signed_by` is where a secret of this tree that signed it stands.

    Of an environment file `custody` says what git does with it.
    """

    token: DecodedToken
    signed_by: Lead | None = None
    hosting: Hosting = Hosting.UNKNOWN
    custody: Custody = Custody.UNKNOWN


class TokenCheck(Fact, frozen=True, kw_only=True):
    """A LiveKit token read without checking its signature; `how` says by what means."""

    how: str
    language: str = ""
    certain: bool = True


class InsecureUrl(Fact, frozen=True, kw_only=True):
    """An unencrypted LiveKit address of a public host."""

    url: str
    scheme: str
    host: str


class Signer(Enum):
    """Who puts the token together: an SDK, code that signs a JWT itself, or a command that somebody types."""

    SDK = "SDK"
    RAW = "raw JWT"
    COMMAND = "command line"


class Side(Enum):
    """Where code runs."""

    SERVER = "server"
    CLIENT = "client"
    UNKNOWN = "unknown"


class Audience(Enum):
    """Who is meant to hold a token."""

    PARTICIPANT = "participant"
    SERVICE = "service"
    UNKNOWN = "unknown"


class Expiry(Enum):
    """How the life of a token is limited."""

    EXPLICIT = "explicit"
    """The code says how long: `Lifetime.seconds`."""
    IMPLICIT = "implicit"
    """The code does not say; the SDK's default applies: `Lifetime.seconds`."""
    NEVER = "never"
    """There is no `exp`."""
    MILLISECONDS = "milliseconds"
    """`exp` is in milliseconds: valid for tens of thousands of years."""
    BORN_EXPIRED = "born expired"
    """Over before it starts; the token is useless."""
    REJECTED = "rejected"
    """The SDK raises: the token is never made."""
    CALLER = "caller"
    """Request data decides."""
    UNKNOWN = "unknown"


class Lifetime(Struct, frozen=True):
    """One possible lifetime, in seconds where known. `slip` explains a unit mistake, if one was made.

    `unit` is what the setting takes, where the code sets it.
    """

    expiry: Expiry
    place: Place
    seconds: float | None = None
    slip: str | None = None
    leads: tuple[Lead, ...] = ()
    unit: TtlUnit | None = None


class Unknowable:
    """The value of a grant that only the run decides."""

    def __repr__(self) -> str:
        return "?"

    def __reduce__(self) -> str:
        return "UNKNOWN"  # the one of the module, in every process


UNKNOWN = Unknowable()
GrantScalar = bool | str | None | tuple[str, ...] | Unknowable


class Grant(Struct, frozen=True):
    """One grant of a token under its JSON name.

    `values` are those it may have; `certain` is False when some path leaves it out. `from_caller` tells that request
    data decides, `decided_at` where it does when that is not `place`, `asked_by` the handlers of such requests.
    `granted_at` is where a condition on the request sets it. `stays` tells that whoever asks for it calls the server
    with the token himself.
    """

    name: str
    place: Place
    values: tuple[GrantScalar, ...]
    certain: bool = True
    from_caller: bool = False
    leads: tuple[Lead, ...] = ()
    decided_at: Place | None = None
    granted_at: Place | None = None
    asked_by: tuple[Place, ...] = ()
    stays: bool = False

    def may_be(self, value: GrantScalar) -> bool:
        """Whether `value` itself, not just something unknown, is among the values."""
        return any(item is value or (type(item) is type(value) and item == value) for item in self.values)

    @property
    def is_asked_for(self) -> bool:
        """Whether a token has the right only where the request says so, by its data or by a condition on it."""
        return not self.may_be(True) or (self.granted_at is not None and not self.is_always(True))

    def is_always(self, value: GrantScalar) -> bool:
        return self.certain and all(type(item) is type(value) and item == value for item in self.values)

    @property
    def is_withheld(self) -> bool:
        """Whether a token surely goes without the right: it is denied, or nothing is given for it."""
        return self.certain and all(item is False or item is None for item in self.values)


class UnknownGrant(Struct, frozen=True):
    """A name in a grant object that LiveKit ignores.

    `meant` is the grant that was probably meant; `fails_open` tells that ignoring it allows what the code denies.
    """

    spelled: str
    place: Place
    problem: str
    meant: str | None = None
    fails_open: bool = False


class Grants(Struct, frozen=True):
    """The grants of a token, by object: `video` and the flags of `sip`, `agent`, `inference` ... as "sip.admin".

    `complete` is False when more may be set than the code shows. `place` is that of the grant object.
    """

    place: Place
    by_name: dict[str, Grant] = field(default_factory=dict)
    unknown: tuple[UnknownGrant, ...] = ()
    complete: bool = True
    from_caller: Lead | None = None

    def get(self, name: str) -> Grant | None:
        return self.by_name.get(name)

    def may_be(self, name: str, value: GrantScalar) -> bool:
        grant = self.by_name.get(name)
        return grant is not None and grant.may_be(value)

    def may_give(self, name: str) -> bool:
        """Whether a token that leaves its maker may carry this right: the code sets it, or the request decides it."""
        grant = self.by_name.get(name)
        if grant is None or grant.stays:
            return False
        return grant.may_be(True) or (grant.from_caller and self.from_caller is None)


class GrantVariant(Struct, frozen=True):
    """One of several grant objects that a token may carry; `listener_lead` says that its holders only listen."""

    grants: Grants
    listener_lead: Lead | None = None
    can_publish_data_stays: bool = False


class Input(Struct, frozen=True):
    """What a token takes from the request that asks for it: "identity", "room", "ttl", "grants", "kind" ...

    `handler` is where the handler of that request stands, as in `Endpoint.place`; None when all requests are meant.
    `by_condition` tells that the request holds no value, but is tested before one is set, `is_bounded` that code
    refuses a number that is too large.
    """

    target: str
    place: Place
    source: str
    handler: Place | None = None
    by_condition: bool = False
    is_bounded: bool = False

    def is_of(self, endpoint: Endpoint) -> bool:
        """Whether requests to that endpoint decide."""
        return self.handler is None or self.handler in {endpoint.place, *endpoint.through}


class Endpoint(Struct, frozen=True):
    """A request handler that hands out the token.

    `call` is where in the handler the way to the mint begins: the mint itself, or the call of a helper.
    `authenticated_by` is where the caller is authenticated, as far as the code shows; `through` are the functions that
    the way to the mint leads through, `registered_at` is what makes the handler one.
    """

    name: str
    place: Place
    call: Place
    authenticated_by: Lead | None = None
    through: tuple[Place, ...] = ()
    registered_at: Place | None = None


class SpelledSecret(Struct, frozen=True):
    """A secret that the code spells out, and where."""

    place: Place
    secret: Secret


class ReadableCredential(Struct, frozen=True):
    """A secret of another service inside a token. `what` names it; `literal` is set where the code spells it out."""

    place: Place
    what: str
    certain: bool = True
    literal: SpelledSecret | None = None


class TokenMint(Fact, frozen=True, kw_only=True):
    """A place where code signs a LiveKit access token.

    `sdk` names what signs it, for messages. `can_publish_data_stays` tells that the code denies publishing, says
    nothing about data, and the SDK then writes data rights as true. `variants` are the grant objects to choose from,
    where there are several. `is_for_bot` tells that its identity names a service of LiveKit's. `readable_credentials`
    are other secrets that the token's holder can read in it, `role_lead` is where its metadata says what its holder is.
    """

    signer: Signer
    sdk: str
    language: str
    lifetimes: tuple[Lifetime, ...]
    grants: Grants
    side: Side = Side.UNKNOWN
    side_leads: tuple[Lead, ...] = ()
    audience: Audience = Audience.UNKNOWN
    can_publish_data_stays: bool = False
    identity: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    kind_place: Place | None = None
    listener_lead: Lead | None = None
    variants: tuple[GrantVariant, ...] = ()
    is_for_bot: bool = False
    readable_credentials: tuple[ReadableCredential, ...] = ()
    role_lead: Lead | None = None
    endpoints: tuple[Endpoint, ...] = ()
    inputs: tuple[Input, ...] = ()

    @property
    def is_advice(self) -> bool:
        """Whether it is a command that a document or a comment tells people to type."""
        return self.signer is Signer.COMMAND and self.role is FileRole.DOCUMENTATION


class Exposure(Enum):
    """Where something secret is let out."""

    LOG = "a log"
    ERROR = "an error"
    RESPONSE = "a response"
    TEMPLATE = "a page"


class SecretExposure(Fact, frozen=True, kw_only=True):
    """The API secret, or a token, that is printed, logged or sent. `sink` is what lets it out, as written."""

    name: str
    exposure: Exposure
    sink: str
    is_token: bool = False
    leads: tuple[Lead, ...] = ()


class WebhookUse(Fact, frozen=True, kw_only=True):
    """A webhook event that is used without a check of its signature; `how` says what is missing."""

    how: str
    language: str = ""
    certain: bool = True


class E2eeKeyLiteral(Fact, frozen=True, kw_only=True):
    """An end-to-end encryption key that is the same for all; `secret` is None where a public variable holds it.

    `setting` is what takes the key, `fallback_of` the environment variable that it stands in for. `is_placeholder`
    tells that its words ask to be replaced.
    """

    setting: str
    secret: Secret | None = None
    variable: str | None = None
    fallback_of: str | None = None
    is_placeholder: bool = False
    leads: tuple[Lead, ...] = ()


class DevTokenSource(Fact, frozen=True, kw_only=True):
    """A token server for development that shipped code asks; `how` is what it is called.

    `certain` tells that the server's id is written down, so that it is asked wherever the code runs.
    """

    how: str
    certain: bool = False


class TokenLeftBehind(Fact, frozen=True, kw_only=True):
    """A LiveKit token that is put where it stays: a page address, the browser's storage.

    `certain` tells that the token's way shows what it is, not just its name.
    """

    where: str
    certain: bool = True
