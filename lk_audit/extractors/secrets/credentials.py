"""API secrets written down in code, as arguments, fallbacks or assignments; and reads of variables that hold one."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from lk_audit.extractors.context import FileContext, argument, last_name
from lk_audit.extractors.mints.mints import mints_of
from lk_audit.extractors.mints.model import MintParts
from lk_audit.extractors.secrets.belonging import Certainty, certainty_of, is_livekit_key, neighbour_key
from lk_audit.extractors.secrets.literal_names import is_default, name_of
from lk_audit.facts import Carrier, CredentialLiteral, FileRole, Strength
from lk_audit.livekit.credentials import judge
from lk_audit.livekit.setting_names import is_generic_secret_name
from lk_audit.patterns import regex
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
    Literal,
    Member,
    Name,
    Node,
    Return,
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
        name = f"the API secret of {last_name(call) or 'the call'}()"
        yield from _from_values(context, values, Carrier.ARGUMENT, name, key)


def _key_id(context: FileContext, expr: Expr | None) -> str | None:
    return next((value.text for value in context.values(expr) if isinstance(value, Text)), None)


def _from_values(
    context: FileContext, values: Possible, carrier: Carrier, name: str, key_id: str | None
) -> Iterator[CredentialLiteral]:
    read = next((item.name for item in values if isinstance(item, Environment)), None)
    for value in values:
        if isinstance(value, Text):
            is_fallback = read is not None and _is_given_with(context, value.origin, read)
            told = (Carrier.FALLBACK, read or name) if is_fallback else (carrier, name)
            fact = _from_text(context, value, *told, key_id)
            if fact is not None:
                yield fact


def _is_given_with(context: FileContext, spelled: Node, name: str) -> bool:
    """`setting("LIVEKIT_API_SECRET", "...")`: a helper gives the text when nobody sets the variable beside it."""
    names = context.home(spelled).names
    argument = names.parent(spelled)
    call = names.parent(argument) if isinstance(argument, Argument) else None
    given = (item.value for item in call.arguments) if isinstance(call, Call) else ()
    return any(isinstance(item, Literal) and item.value == name for item in given)


def _from_text(
    context: FileContext, value: Text, carrier: Carrier, name: str, key_id: str | None
) -> CredentialLiteral | None:
    strength = judge(value.text)
    if strength is None:
        return None
    spelled = value.pieces[0] if value.pieces else value.origin
    if carrier is Carrier.ARGUMENT and isinstance(context.home(spelled).names.parent(spelled), Assign | Entry):
        carrier = Carrier.ASSIGNMENT  # What a call is given by a name stands where that gets it.
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
    """What a secret is for: its file's role, or another where a condition or the settings' class says so."""
    if home.role is not FileRole.PRODUCTION:
        return home.role
    owners = (outer.name for outer in home.names.ancestors(spelled) if isinstance(outer, Class))
    stage = next((found for name in owners if (found := _STAGE.fullmatch(name))), None)
    if stage is not None:
        return FileRole.TEST if stage["tests"] else FileRole.LOCAL
    from lk_audit.extractors.tokens.development_tokens import is_for_development  # noqa: PLC0415 - few files hold a secret

    return FileRole.LOCAL if is_for_development(home, spelled) else home.role


_STAGE = regex(
    r"(?i)(?:(?P<tests>tests?|testing|ci|continuous_?integration)|dev|development|local)"
    r"(?:config|configuration|settings|environment)?"
)
"""Classes that hold the settings of one stage: `class Test(Base)`, `class DevelopmentConfig(Config)`."""


def _environment_fallbacks(context: FileContext) -> Iterator[CredentialLiteral]:
    """`os.getenv("LIVEKIT_API_SECRET", "...")`, `process.env.LIVEKIT_API_SECRET || "..."`."""
    fallbacks = [node for node in context.names.nodes(Binary) if node.operator in _FALLBACK_OPERATORS]
    reads = [call for call in context.names.calls if names_secret(context, call)]
    whole = {call: None for read in reads for call in _given_with_text(context, read)}
    stated = [node for node in fallbacks if _mentions_secret(context, node)]
    yield from _replacements(context)
    candidates: tuple[Binary | Call, ...] = (*stated, *reads, *whole)
    for node in candidates:
        values = _fallback_values(context, node)
        read = next((item.name for item in values if isinstance(item, Environment)), None)
        for value in values:
            # What a helper of the project returns beside a variable is what it is when nobody sets that.
            name = (value.environment or read) if isinstance(value, Text) else None
            if isinstance(value, Text) and name is not None and context.secret_names.means(name):
                fact = _from_text(context, value, Carrier.FALLBACK, name, neighbour_key(context, node))
                if fact is not None:
                    yield fact


def _replacements(context: FileContext) -> Iterator[CredentialLiteral]:
    """`if not (secret := os.getenv("LIVEKIT_API_SECRET")): secret = "..."`: a variable's value where it has none."""
    for assign in context.names.nodes(Assign):
        target, text = assign.target, assign.value
        if not (isinstance(target, Name) and isinstance(text, Literal) and isinstance(text.value, str)):
            continue
        if not is_generic_secret_name(target.id) or judge(text.value) is None:
            continue
        read = next((name for name in _read_into(context, target) if context.secret_names.means(name)), None)
        value = Text(origin=text, text=text.value, pieces=(text,))
        fact = _from_text(context, value, Carrier.FALLBACK, read, neighbour_key(context, text)) if read else None
        if fact is not None:
            yield fact


def _read_into(context: FileContext, target: Name) -> Iterator[str]:
    """The environment variables that a name is read from before it is given something else."""
    scope = context.names.binding_scope(target)
    for use in context.names.uses(scope, target.id) if scope is not None else ():
        for definition in context.names.definitions(use):
            if definition.node.end <= target.start and definition.value is not None:
                values = context.values_here(definition.value)
                yield from (value.name for value in values if isinstance(value, Environment))


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


def _named_literals(context: FileContext, *, mints: bool) -> Iterator[CredentialLiteral]:
    """Literals, in one piece or several, given to a name that says LiveKit API secret."""
    for node, value in (*_texts(context), *_joined_texts(context), *_decoded_texts(context)):
        name = name_of(context, node)
        certainty = certainty_of(context, node, name, mints=mints) if name else None
        if name is None or certainty is None or _repeats(name, value.text):
            continue
        key_id = neighbour_key(context, node)
        carrier = Carrier.FALLBACK if is_default(context, node) else Carrier.ASSIGNMENT
        fact = _from_text(context, value, carrier, name, key_id)
        may_be_label = certainty is Certainty.BY_OWNER or isinstance(context.names.parent(node), Return)
        is_sure = not may_be_label or is_livekit_key(key_id) or _is_no_label(value.text)
        if fact is not None and (is_sure or fact.strength is Strength.STRONG):
            yield replace(fact, certain=certainty is not Certainty.BY_FILE)


def _is_no_label(text: str) -> bool:
    """Whether a guessable secret is no text of a user interface: a developer's, or one that servers accept."""
    return text.lower().startswith("dev") or len(text) >= _LONGEST_LABEL


_LONGEST_LABEL = 32


def _repeats(name: str, text: str) -> bool:
    """Whether a text is a name itself, as where the fields of a form are told: `{ livekitApiSecret: "apiSecret" }`."""
    return text.isidentifier() and not text.islower() and not text.isupper() and name.lower().endswith(text.lower())


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
        name = name_of(context, node)
        means_secret = name is not None and (context.secret_names.means(name) or is_generic_secret_name(name))
        for value in context.values(node) if means_secret else ():
            if isinstance(value, Text) and not value.environment and len(value.text) >= _SHORTEST:
                yield node, value


def _decoded_texts(context: FileContext) -> Iterator[tuple[Expr, Text]]:
    """`base64.b64decode("...").decode()`, where a name is given to what comes out."""
    data = context.source.data
    calls = context.names.calls if b"64" in data or b"atob" in data else ()
    for call in calls:
        if not any(isinstance(item.value, Literal) for item in call.arguments):
            continue
        whole: Expr = call
        while isinstance(holder := context.names.parent(whole), Member | Call):
            whole = holder
        name = name_of(context, whole)
        for value in context.values(whole) if name is not None and "secret" in name.lower() else ():
            if isinstance(value, Text) and not value.environment and len(value.text) >= _SHORTEST:
                yield whole, value


_SHORTEST = 6
