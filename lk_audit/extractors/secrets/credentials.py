"""API secrets written down in code, as arguments, fallbacks or assignments; and reads of variables that hold one."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from pathlib import PurePosixPath

from msgspec.structs import replace

from lk_audit.extractors.context import FileContext, argument
from lk_audit.extractors.mints.mints import mints_of
from lk_audit.extractors.mints.model import MintParts
from lk_audit.extractors.secrets.schemas import defaulted, described, field_default, prefixed
from lk_audit.extractors.serialised import renames
from lk_audit.facts import Carrier, CredentialLiteral, FileRole, Strength
from lk_audit.livekit.credentials import (
    KEY_STRICT,
    is_environments_secret_name,
    is_foreign_name,
    is_generic_secret_name,
    is_key_id,
    judge,
    name_words,
    says_livekit,
)
from lk_audit.secret import Secret
from lk_audit.source import Place
from lk_audit.syntax import (
    Argument,
    Assign,
    Binary,
    Call,
    Class,
    Entry,
    Expr,
    Function,
    Index,
    Literal,
    Member,
    Name,
    Node,
    Template,
)
from lk_audit.values.model import Environment, Flag, Nothing, Number, Possible, Text, Value

_MOST_CALLS = 4
_FALLBACK_OPERATORS = frozenset({"or", "??"})


def code_credentials(context: FileContext) -> Iterator[CredentialLiteral]:
    """Every API secret that the file spells out, each literal once; the surest way to see it comes first."""
    seen: set[Place] = set()
    strong: dict[str, CredentialLiteral] = {}
    for fact in _candidates(context):
        if fact.place not in seen:
            seen.add(fact.place)
            yield fact
        if fact.strength is Strength.STRONG:
            strong.setdefault(fact.secret.reveal(), fact)
    yield from (fact for fact in _copies(context, strong) if fact.place not in seen)


def _copies(context: FileContext, strong: dict[str, CredentialLiteral]) -> Iterator[CredentialLiteral]:
    """Other literals with a secret that the file spells out, whatever they are called: `expected = "..."`."""
    for literal, value in _texts(context) if strong else ():
        if value.text in strong:
            yield replace(
                strong[value.text],
                place=context.place(literal),
                role=_role(context, literal),
                carrier=Carrier.ASSIGNMENT,
                leads=(),
            )


def _candidates(context: FileContext) -> Iterator[CredentialLiteral]:
    mints = context.built(mints_of)
    yield from _sink_arguments(context)
    for parts in mints:
        for part in parts.settings.get("api_secret", ()):
            yield from _from_values(context, part.values, Carrier.ARGUMENT, "the signing key", _issuer(parts))
    yield from _environment_fallbacks(context)
    yield from _named_literals(context, mints=bool(mints))


def _issuer(parts: MintParts) -> str | None:
    """The key that a token says it is from, where that is written beside its claims."""
    issuers = (value for part in parts.settings.get("iss", ()) for value in part.values)
    return next((value.text for value in issuers if isinstance(value, Text)), None)


def _sink_arguments(context: FileContext) -> Iterator[CredentialLiteral]:
    for call in context.names.calls:
        sink = context.sdks.sinks.get(context.qualified(call.callee) or "")
        if sink is None:
            continue
        values = context.values(argument(call, sink.secret_position, sink.secret_name))
        if not any(isinstance(value, Text) for value in values):
            continue
        key = _key_id(context, argument(call, sink.key_position, sink.key_name))
        name = f"the API secret of {_last_name(call)}()"
        yield from _from_values(context, values, Carrier.ARGUMENT, name, key)


def _last_name(call: Call) -> str:
    callee = call.callee
    return callee.name if isinstance(callee, Member) else getattr(callee, "id", "the call")


def _key_id(context: FileContext, expr: Expr | None) -> str | None:
    return next((value.text for value in context.values(expr) if isinstance(value, Text)), None)


def _from_values(
    context: FileContext, values: Possible, carrier: Carrier, name: str, key_id: str | None
) -> Iterator[CredentialLiteral]:
    # What a helper of the project returns beside a variable is what it is when nobody sets that.
    read = next((item.name for item in values if isinstance(item, Environment)), None)
    carrier = Carrier.FALLBACK if read is not None else carrier
    for value in values:
        if isinstance(value, Text):
            fact = _from_text(context, value, carrier, read or name, key_id)
            if fact is not None:
                yield fact


def _from_text(
    context: FileContext, value: Text, carrier: Carrier, name: str, key_id: str | None
) -> CredentialLiteral | None:
    strength = judge(value.text)
    if strength is None:
        return None
    spelled = value.pieces[0] if value.pieces else value.origin
    return CredentialLiteral(
        place=context.place(spelled),
        role=_role(context.home(spelled), spelled),
        secret=Secret(value.text),
        strength=strength,
        carrier=Carrier.FALLBACK if value.environment else carrier,
        name=value.environment or name,
        key_id=key_id,
        leads=context.leads(value.trace),
    )


def _role(home: FileContext, spelled: Expr) -> FileRole:
    """What a secret is for: its file's role, or development where a condition says so."""
    from lk_audit.extractors.tokens.development_tokens import is_for_development  # noqa: PLC0415 - few files hold a secret

    is_apart = home.role is FileRole.PRODUCTION and is_for_development(home, spelled)
    return FileRole.LOCAL if is_apart else home.role


def _environment_fallbacks(context: FileContext) -> Iterator[CredentialLiteral]:
    """`os.getenv("LIVEKIT_API_SECRET", "...")`, `process.env.LIVEKIT_API_SECRET || "..."`."""
    fallbacks = [node for node in context.names.nodes(Binary) if node.operator in _FALLBACK_OPERATORS]
    reads = [call for call in context.names.calls if names_secret(context, call)]
    whole = {call: None for read in reads for call in _given_with_text(context, read)}
    stated = [node for node in fallbacks if _mentions_secret(context, node)]
    candidates: tuple[Binary | Call, ...] = (*stated, *reads, *whole)
    for node in candidates:
        values = _fallback_values(context, node)
        read = next((item.name for item in values if isinstance(item, Environment)), None)
        for value in values:
            name = (value.environment or read) if isinstance(value, Text) else None
            if isinstance(value, Text) and name is not None and context.secret_names.means(name):
                fact = _from_text(context, value, Carrier.FALLBACK, name, _neighbour_key(context, node))
                if fact is not None:
                    yield fact


def _given_with_text(context: FileContext, read: Call) -> Iterator[Call]:
    """The calls that what is read goes through, with a text beside it: `cmp.Or(os.Getenv("SECRET"), "...")`."""
    node: Node | None = read
    for _ in range(_MOST_CALLS):
        holder = context.names.parent(node) if node is not None else None
        node = context.names.parent(holder) if isinstance(holder, Argument | Member) else None
        if not isinstance(node, Call):
            return
        if any(isinstance(item.value, Literal) for item in node.arguments):
            yield node


def _fallback_values(context: FileContext, node: Binary | Call) -> Possible:
    """What a fallback can be; who calls the function around it matters only where its right side may be text."""
    if isinstance(node, Binary) and not any(map(_may_be_secret, context.values_here(node.right))):
        return context.values_here(node)
    return context.values(node)


def _may_be_secret(value: Value) -> bool:
    return judge(value.text) is not None if isinstance(value, Text) else not isinstance(value, _NO_TEXT)


_NO_TEXT = (Environment, Flag, Nothing, Number)


def names_secret(context: FileContext, call: Call) -> bool:
    """Whether a call may read an environment variable: it is given the name of one that holds an API secret."""
    texts = (item.value.value for item in call.arguments if isinstance(item.value, Literal))
    return any(isinstance(text, str) and (context.secret_names.means(text) or _is_placeholder(text)) for text in texts)


def _is_placeholder(text: str) -> bool:
    """Whether text such as `livekit.api.secret` or `${livekit.api.secret}` is a property that may hold a secret."""
    return "." in text and " " not in text and "secret" in text.lower()


def _mentions_secret(context: FileContext, node: Node) -> bool:
    text = context.source.data[node.start : min(node.end, node.start + 2000)]
    return b"secret" in text.lower() or context.secret_names.occur_in(text)


def _neighbour_key(context: FileContext, node: Node) -> str | None:
    """A key id on the lines around a secret; a word such as `apiKey` is one only where there is no other."""
    source = context.source
    line = source.line_number(node.start)
    lines = (source.line_text(number) for number in (line - 1, line + 1, line - 2, line + 2))
    words = (word for text in lines for word in text.replace('"', " ").replace("'", " ").replace(",", " ").split())
    found = [word for word in words if is_key_id(word)]
    return next((word for word in found if word.startswith("API")), next(iter(found), None))


def _named_literals(context: FileContext, *, mints: bool) -> Iterator[CredentialLiteral]:
    """Literals, in one piece or several, given to a name that says LiveKit API secret."""
    for node, value in (*_texts(context), *_joined_texts(context)):
        name = _name_of(context, node)
        certainty = _certainty(context, node, name, mints=mints) if name else None
        if name is None or certainty is None or _repeats(name, value.text):
            continue
        key_id = _neighbour_key(context, node)
        carrier = Carrier.FALLBACK if _is_default(context, node) else Carrier.ASSIGNMENT
        fact = _from_text(context, value, carrier, name, key_id)
        is_sure = certainty is not _Certainty.BY_OWNER or _is_livekit_key(key_id)
        if fact is not None and (is_sure or fact.strength is Strength.STRONG):
            yield replace(fact, certain=certainty is not _Certainty.BY_FILE)


def _repeats(name: str, text: str) -> bool:
    """Whether a text is a name itself, as where the fields of a form are told: `{ livekitApiSecret: "apiSecret" }`."""
    return text.isidentifier() and not text.islower() and not text.isupper() and name.lower().endswith(text.lower())


def _is_livekit_key(key_id: str | None) -> bool:
    """Whether a key id is nobody else's: one that LiveKit made, or that of its server in development mode."""
    return key_id == "devkey" or KEY_STRICT.fullmatch(key_id or "") is not None


class _Certainty(Enum):
    """What says that a literal is a LiveKit API secret: its own name, that of what it belongs to, or its file."""

    BY_NAME = "name"
    BY_OWNER = "owner"
    """Then a word such as "secret" is none without a key of LiveKit beside it: so texts of user interfaces are kept."""
    BY_FILE = "file"


def _certainty(context: FileContext, node: Expr, name: str, *, mints: bool) -> _Certainty | None:
    if context.secret_names.means(name):
        return _Certainty.BY_NAME
    if not is_generic_secret_name(name):
        return _Certainty.BY_OWNER if _is_beside_key(context, node, name) else None
    is_api_secret = not {"api", "apisecret"}.isdisjoint(name_words(name))
    owners = list(owners_of(context, node))
    own = next((index for index, owner in enumerate(owners) if says_livekit(owner)), len(owners))
    if any(map(is_foreign_name, owners[:own])):
        return None
    if own < len(owners) and (is_api_secret or own == 0):
        return _Certainty.BY_OWNER
    # A plain `secret`, or a SECRET_KEY, of a file about LiveKit may sign anything: sessions, other tokens.
    speaks = is_api_secret or _neighbour_key(context, node) is not None
    return _Certainty.BY_FILE if speaks and (mints or context.built(_is_livekit_file)) else None


def _is_beside_key(context: FileContext, node: Expr, name: str) -> bool:
    """Whether what is called a secret of one environment stands beside a key as LiveKit makes them, in its code."""
    if not is_environments_secret_name(name) or not any(map(says_livekit, owners_of(context, node))):
        return False
    return KEY_STRICT.fullmatch(_neighbour_key(context, node) or "") is not None


def owners_of(context: FileContext, node: Expr) -> Iterator[str]:
    """The names of what a text belongs to, innermost first: objects, calls, variables, a class, at last the file."""
    for count, outer in enumerate(context.names.ancestors(node)):
        match outer:
            case Entry(key=Literal(value=str(name))) if count:
                yield name
            case Argument(name=str(name)) if count:
                yield name
            case Assign(target=target) if count:
                yield target_name(target) or ""
            case Call():
                yield _last_name(outer)
            case Class(name=name):
                yield name
            case Function():
                return
    yield PurePosixPath(context.source.path).stem


def _texts(context: FileContext) -> Iterator[tuple[Expr, Text]]:
    for literal in context.names.nodes(Literal):
        if isinstance(literal.value, str | bytes) and len(literal.value) >= _SHORTEST:
            text = literal.value if isinstance(literal.value, str) else literal.value.decode("latin-1")
            yield literal, Text(origin=literal, text=text, pieces=(literal,))


def _joined_texts(context: FileContext) -> Iterator[tuple[Expr, Text]]:
    """`"one half" + "the other"`, where a name is given to the whole."""
    sums = (node for node in context.names.nodes(Binary) if node.operator == "+")
    joined: tuple[Expr, ...] = (*sums, *context.names.nodes(Template))
    for node in joined:
        name = _name_of(context, node)
        means_secret = name is not None and (context.secret_names.means(name) or is_generic_secret_name(name))
        for value in context.values(node) if means_secret else ():
            if isinstance(value, Text) and not value.environment and len(value.text) >= _SHORTEST:
                yield node, value


_SHORTEST = 6


def _name_of(context: FileContext, literal: Expr) -> str | None:
    """What a text is called: the target, keyword, key or constant it is directly given to."""
    parent = context.names.parent(literal)
    match parent:
        case Assign(target=target, value=value) if value is literal:
            return prefixed(context, literal, target_name(target))
        case Argument() if (field := field_default(context, parent)) is not None:
            return field
        case Argument(name=str(name)):
            return None if renames(context.names.parent(parent)) else name
        case Entry(key=Literal(value=str(key)), value=value) if value is literal:
            return _tagged(context, parent) or described(context, parent) or key
        case Argument(name=None):
            return _setting_of(context, parent) or defaulted(context, parent)
        case _:
            return None


_DEFAULT_TAGS = frozenset({"envDefault", "default", "env-default"})
"""Tags of a Go field with its value when the environment says nothing: caarlos0/env, envconfig, cleanenv."""
_NAME_TAGS = ("env", "envconfig")
_DEFAULTS: dict[str, tuple[int, int]] = {
    "SetDefault": (0, 1),
    "String": (0, 1),
    "StringP": (0, 2),
    "StringVar": (1, 2),
    "StringVarP": (1, 3),
}
"""Calls that give a setting or a flag of Go its default: where its name and the default stand (viper, flag, pflag)."""


def _tagged(context: FileContext, entry: Entry) -> str | None:
    """The variable, or else the field, that a default in a field's tag is for."""
    field = context.names.parent(entry)
    if not isinstance(field, Assign) or not isinstance(entry.key, Literal) or entry.key.value not in _DEFAULT_TAGS:
        return None
    told = (
        item.value.value
        for tag in _NAME_TAGS
        for item in field.tags
        if isinstance(item.key, Literal) and item.key.value == tag and isinstance(item.value, Literal)
    )
    named = next((name.partition(",")[0] for name in told if isinstance(name, str)), "")
    return named or target_name(field.target)


def _setting_of(context: FileContext, argument: Argument) -> str | None:
    """The setting that a call gives a default: `viper.SetDefault("livekit.api_secret", "...")`."""
    call = context.names.parent(argument)
    if not context.is_go or not isinstance(call, Call) or not isinstance(call.callee, Member):
        return None
    name_at, default_at = _DEFAULTS.get(call.callee.name, (None, None))
    if name_at is None or default_at is None or call.arguments[default_at : default_at + 1] != (argument,):
        return None
    name = call.arguments[name_at].value
    return name.value if isinstance(name, Literal) and isinstance(name.value, str) else None


def _is_default(context: FileContext, node: Expr) -> bool:
    """Whether a text is what something is when nobody says otherwise."""
    holder = context.names.parent(node)
    is_setting = isinstance(holder, Argument) and holder.name is None
    if isinstance(holder, Argument) and (defaulted(context, holder) or field_default(context, holder)) is not None:
        return True
    if not isinstance(holder, Entry):
        return context.is_go and is_setting
    return described(context, holder) is not None or (context.is_go and _tagged(context, holder) is not None)


def target_name(target: Expr) -> str | None:
    """`SECRET`, `self.secret`, `os.environ["SECRET"]`: the last name of an assignment target."""
    match target:
        case Name(id=name) | Member(name=name):
            return name
        case Index(key=Literal(value=str(name))):
            return name
        case _:
            return None


def _is_livekit_file(context: FileContext) -> bool:
    """Whether generic names such as `apiSecret` speak of LiveKit: the file uses it, or holds a LiveKit key id."""
    if any("livekit" in item.module.lower() for item in context.names.imports):
        return True
    targets = (item.target for item in context.names.nodes(Assign))
    if any(isinstance(target, Member) and "livekit" in target.name.lower() for target in targets):
        return True
    return any(
        isinstance(literal.value, str) and (_tells_livekit(literal.value) or ".livekit.cloud" in literal.value)
        for literal in context.names.nodes(Literal)
    )


def _tells_livekit(text: str) -> bool:
    """Whether a text is the id of a LiveKit key; words such as `apiKey` name the keys of any service."""
    return is_key_id(text) and (text.startswith("API") or text == "devkey")
