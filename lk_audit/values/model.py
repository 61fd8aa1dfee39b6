"""What an expression can be at run time: a small set of possible values, each with the steps that led to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from lk_audit.syntax import Call, Class, Expr, Function


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a trace: a byte span and what happens there, such as "TTL = 86400" or "default of ttl".

    `path` is None within the file under evaluation. A note never quotes text values (they may be secrets).
    """

    start: int
    end: int
    note: str
    path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueBase:
    """`origin` is the expression that wrote the value; `trace` leads from the use to it, use first."""

    origin: Expr
    trace: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(ValueBase):
    """A string (or bytes) constant.

    `pieces` are the literals it was put together from, in order: one for a plain literal. `environment` names the
    variable this is the fallback of (`os.getenv("K", "this")`, `process.env.K ?? "this"`).
    """

    text: str
    pieces: tuple[Expr, ...] = ()
    environment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(ValueBase):
    """A number. `environment` as for `Text`."""

    number: float
    environment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(ValueBase):
    flag: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing(ValueBase):
    """None, null or undefined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration(ValueBase):
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment(ValueBase):
    """A point in time relative to the run: `offset` seconds after "now"."""

    offset: float
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment(ValueBase):
    """What an environment variable holds; the fallback, if any, is a further possible value.

    `accessor` is how it is read: "os.environ", "process.env", "import.meta.env", "Deno.env", "$env/static/private" ...
    """

    name: str
    accessor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One entry of a `Mapped` value; `certain` is False when some path leaves it out; `key` spans its key."""

    values: Possible
    key: Expr
    certain: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped(ValueBase):
    """A dict or object. `open` tells that it may hold further entries (an unknown spread or computed key).

    `spreads` are the unknown values spread into it.
    """

    members: Mapping[str, Member]
    open: bool = False
    spreads: Possible = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(ValueBase):
    """A list, tuple, set or array; `open` as for `Mapped`."""

    items: tuple[Possible, ...]
    open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference(ValueBase):
    """Something that an import or the language's globals name, by its full dotted name.

    Python: "livekit.api.AccessToken". JavaScript: "livekit-server-sdk.AccessToken", "jose.SignJWT",
    "Math.floor"; a default import is "jsonwebtoken.default", a namespace import "jsonwebtoken".
    """

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Defined(ValueBase):
    """A function or class of this project; `owner` is the class of a method."""

    definition: Function | Class


@dataclass(frozen=True, slots=True, kw_only=True)
class Given(ValueBase):
    """What a caller passes for a parameter, or a part of it: `members` is the access path (`req.body.room`)."""

    function: Function
    parameter: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned(ValueBase):
    """What a call returns when nothing more is known, or a part of it.

    `callee` is the full name of what is called where known ("flask.request.get_json", "livekit.api.AccessToken").
    """

    call: Call
    callee: str | None
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown(ValueBase):
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
