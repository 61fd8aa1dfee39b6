"""What an expression can be at run time: a small set of possible values, each with the steps that led to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import TypeAlias

from msgspec import Struct

from lk_audit.syntax import Call, Class, Expr, Function


class Step(Struct, frozen=True):
    """One step of a trace: a byte span and what happens there, such as "TTL = 86400" or "default of ttl".

    `path` is None within the file under evaluation. A note never quotes text values (they may be secrets).
    """

    start: int
    end: int
    note: str
    path: str | None = None


class ValueBase(Struct, frozen=True, kw_only=True):
    """`origin` is the expression that wrote the value; `trace` leads from the use to it, use first."""

    origin: Expr
    trace: tuple[Step, ...] = ()


class Text(ValueBase, frozen=True, kw_only=True):
    """A string (or bytes) constant.

    `pieces` are the literals it was put together from, in order: one for a plain literal. `environment` names the
    variable this is the fallback of (`os.getenv("K", "this")`, `process.env.K ?? "this"`).
    """

    text: str
    pieces: tuple[Expr, ...] = ()
    environment: str | None = None


class Number(ValueBase, frozen=True, kw_only=True):
    """A number. `environment` as for `Text`."""

    number: float
    environment: str | None = None


class Flag(ValueBase, frozen=True, kw_only=True):
    flag: bool


class Nothing(ValueBase, frozen=True, kw_only=True):
    """None, null or undefined."""


class Duration(ValueBase, frozen=True, kw_only=True):
    """A `timedelta`, in seconds."""

    seconds: float


class Clock(Enum):
    """How a point in time is represented."""

    SECONDS = "seconds"
    """A number of seconds since 1970 (`time.time()`, `Date.now() / 1000`)."""
    MILLISECONDS = "milliseconds"
    """A number of milliseconds since 1970 (`Date.now()`)."""
    OBJECT = "object"
    """A `datetime` or `Date`."""


class Moment(ValueBase, frozen=True, kw_only=True):
    """A point in time relative to the run: `offset` seconds after "now"."""

    offset: float
    clock: Clock


class Environment(ValueBase, frozen=True, kw_only=True):
    """What an environment variable holds; the fallback, if any, is a further possible value.

    `accessor` is how it is read: "os.environ", "process.env", "import.meta.env", "Deno.env", "$env/static/private" ...
    """

    name: str
    accessor: str


class Member(Struct, frozen=True, kw_only=True):
    """One entry of a `Mapped` value; `certain` is False when some path leaves it out; `key` spans its key.

    `denied` is the key of an earlier entry that may stay in place of this one, and says yes where this one says no.
    """

    values: Possible
    key: Expr
    certain: bool = True
    denied: Expr | None = None


class Mapped(ValueBase, frozen=True, kw_only=True):
    """A dict or object. `open` tells that it may hold further entries (an unknown spread or computed key).

    `spreads` are the unknown values spread into it.
    """

    members: Mapping[str, Member]
    open: bool = False
    spreads: Possible = ()


class Listed(ValueBase, frozen=True, kw_only=True):
    """A list, tuple, set or array; `open` as for `Mapped`."""

    items: tuple[Possible, ...]
    open: bool = False


class Reference(ValueBase, frozen=True, kw_only=True):
    """Something that an import or the language's globals name, by its full dotted name.

    Python: "livekit.api.AccessToken". JavaScript: "livekit-server-sdk.AccessToken", "jose.SignJWT",
    "Math.floor"; a default import is "jsonwebtoken.default", a namespace import "jsonwebtoken".
    """

    name: str


class Defined(ValueBase, frozen=True, kw_only=True):
    """A function or class of this project; `owner` is the class of a method."""

    definition: Function | Class


class Given(ValueBase, frozen=True, kw_only=True):
    """What a caller passes for a parameter, or a part of it: `members` is the access path (`req.body.room`)."""

    function: Function
    parameter: str
    members: tuple[str, ...] = ()


class Returned(ValueBase, frozen=True, kw_only=True):
    """What a call returns when nothing more is known, or a part of it.

    `callee` is the full name of what is called where known ("flask.request.get_json", "livekit.api.AccessToken").
    """

    call: Call
    callee: str | None
    members: tuple[str, ...] = ()


class Unknown(ValueBase, frozen=True, kw_only=True):
    """Not known. `sources` are the symbolic values it was computed from (a template of request data, say)."""

    sources: Possible = ()


Value: TypeAlias = (
    Text
    | Number
    | Flag
    | Nothing
    | Duration
    | Moment
    | Environment
    | Mapped
    | Listed
    | Reference
    | Defined
    | Given
    | Returned
    | Unknown
)
Possible: TypeAlias = tuple[Value, ...]
"""All values an expression can have, as far as known; an `Unknown` among them says that there are others."""


def defined_classes(values: Possible) -> Iterator[Class]:
    """The values that are classes of this project, as such."""
    for value in values:
        if isinstance(value, Defined) and isinstance(value.definition, Class):
            yield value.definition


def symbolic_sources(values: Possible) -> Possible:
    """The values that come from outside the code: parameters, call results, the environment.

    They are looked up through unknown combinations of them, and come in order and without repetition.
    """
    found: list[Value] = []
    stack = list(reversed(values))
    while stack:
        value = stack.pop()
        if isinstance(value, Unknown):
            stack.extend(reversed(value.sources))
        elif isinstance(value, Given | Returned | Environment | Reference) and value not in found:
            found.append(value)
    return tuple(found)
