"""What says that a secret in code is LiveKit's: its own name, that of what it belongs to, a key beside it, its file."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from pathlib import PurePosixPath

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.secrets.literal_names import target_name
from lk_audit.livekit.credentials import KEY_STRICT, is_key_id
from lk_audit.livekit.setting_names import (
    is_environments_secret_name,
    is_foreign_name,
    is_generic_secret_name,
    name_words,
    says_livekit,
)
from lk_audit.syntax import Argument, Assign, Call, Class, Entry, Expr, Function, Literal, Member, Node


def neighbour_key(context: FileContext, node: Node) -> str | None:
    """A key id on the lines around a secret; a word such as `devkey` is one only in quotes, where there is no other."""
    source = context.source
    line = source.line_number(node.start)
    lines = [source.line_text(number).replace("'", '"') for number in (line - 1, line + 1, line - 2, line + 2)]
    words = (word for text in lines for word in text.replace('"', " ").replace(",", " ").split())
    quoted = (word for text in lines for word in text.split('"')[1::2])
    generated = (word for word in words if word.startswith("API") and is_key_id(word))
    return next(generated, None) or next(filter(is_key_id, quoted), None)


def is_livekit_key(key_id: str | None) -> bool:
    """Whether a key id is nobody else's: one that LiveKit made, or that of its server in development mode."""
    return key_id == "devkey" or KEY_STRICT.fullmatch(key_id or "") is not None


class Certainty(Enum):
    """What says that a literal is a LiveKit API secret: its own name, that of what it belongs to, or its file."""

    BY_NAME = "name"
    BY_OWNER = "owner"
    """Then a word such as "secret" is none without a key of LiveKit beside it: so texts of user interfaces are kept."""
    BY_FILE = "file"


def certainty_of(context: FileContext, node: Expr, name: str, *, mints: bool) -> Certainty | None:
    """What says that a literal called so is one, or None; `mints` tells whether its file makes tokens."""
    if context.secret_names.means(name):
        return Certainty.BY_NAME
    if not is_generic_secret_name(name):
        return Certainty.BY_OWNER if _is_beside_key(context, node, name) else None
    is_api_secret = not {"api", "apisecret"}.isdisjoint(name_words(name))
    owners = list(owners_of(context, node))
    own = next((index for index, owner in enumerate(owners) if says_livekit(owner)), len(owners))
    if any(map(is_foreign_name, owners[:own])):
        return None
    if own < len(owners) and (is_api_secret or own == 0):
        return Certainty.BY_OWNER
    # A plain `secret`, or a SECRET_KEY, of a file about LiveKit may sign anything: sessions, other tokens.
    speaks = is_api_secret or neighbour_key(context, node) is not None
    return Certainty.BY_FILE if speaks and (mints or context.built(_is_livekit_file)) else None


def _is_beside_key(context: FileContext, node: Expr, name: str) -> bool:
    """Whether what is called a secret of one environment stands beside a key as LiveKit makes them, in its code."""
    if not is_environments_secret_name(name) or not any(map(says_livekit, owners_of(context, node))):
        return False
    return KEY_STRICT.fullmatch(neighbour_key(context, node) or "") is not None


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
                yield last_name(outer) or ""
            case Class(name=name):
                yield name
            case Function():
                return
    yield PurePosixPath(context.source.path).stem


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
