"""What a text in code is called: the target, keyword or key that it is given to, or the setting whose default it is."""

from __future__ import annotations

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.secrets.schemas import defaulted, described, field_default, prefixed
from lk_audit.extractors.serialised import renames
from lk_audit.patterns import regex
from lk_audit.syntax import Argument, Assign, Binary, Call, Entry, Expr, Index, Literal, Member, Name, Node, Return


def name_of(context: FileContext, literal: Expr) -> str | None:
    """What a text is called: the target, keyword, key or constant it is given to, at once or as a fallback."""
    parent = context.names.parent(literal)
    missing: list[str] = []
    while isinstance(parent, Binary) and parent.operator in _FALLBACKS and parent.right is literal:
        missing.append(target_name(parent.left) or "")
        literal, parent = parent, context.names.parent(parent)
    stood_in_for = next(filter(context.secret_names.means, missing), None)
    return stood_in_for or _name_at(context, literal, parent)


def _name_at(context: FileContext, literal: Expr, parent: Node | None) -> str | None:
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
            return _setting_of(context, parent) or defaulted(context, parent) or looked_up(context, parent)
        case _:
            return _told_by(context, parent) if isinstance(parent, Return) else None


def _told_by(context: FileContext, statement: Return) -> str | None:
    """What a function is called that does nothing but return a text: `get livekitApiSecret() { return "..."; }`."""
    function = context.names.enclosing_function(statement)
    if function is None or function.body.statements != (statement,):
        return None
    return _GETTER.sub("", context.names.name_of(function)) or None


_GETTER = regex(r"^(?:get|fetch|load|read)_?(?=[A-Za-z])")
_FALLBACKS = frozenset({"or", "??"})
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


def looked_up(context: FileContext, argument: Argument) -> str | None:
    """What a call looks up that gives a text where it finds nothing: `config.get("livekit_api_secret", "...")`.

    The text stands last, the name before it: `getattr(settings, "SECRET", "...")`.
    """
    call = context.names.parent(argument)
    if not isinstance(call, Call) or _LOOKUP.fullmatch(last_name(call.callee) or "") is None:
        return None
    *before, default = call.arguments
    asked = before[-1].value if before else None
    if default is not argument or not isinstance(asked, Literal):
        return None
    return asked.value if isinstance(asked.value, str) else None


_LOOKUP = regex(
    r"get|getattr|fetch|config|setting|option|param|parameter|[gG]et_?(?:[oO]r_?[dD]efault|[oO]r_?[eE]lse|[eE]nv|[pP]roperty"
    r"|[sS]tring|[sS]tr|[cC]onfig|[sS]etting|[oO]ption|[pP]arameter|[vV]alue)"
)
"""Calls that look a setting up, and take what it is where nobody has set it."""


def is_default(context: FileContext, node: Expr) -> bool:
    """Whether a text is what something is when nobody says otherwise."""
    holder = context.names.parent(node)
    if isinstance(holder, Binary):
        return holder.right is node
    is_setting = isinstance(holder, Argument) and holder.name is None
    if isinstance(holder, Argument) and any(
        told(context, holder) is not None for told in (defaulted, field_default, looked_up)
    ):
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
