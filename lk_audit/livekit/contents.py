"""What tokens may hold beside grants, as names.

Sources: livekit/protocol:livekit_egress.proto (S3Upload, GCPUpload, AzureBlobUpload, AliOSSUpload, StreamOutput);
livekit/protocol:auth/accesstoken.go, which refuses such credentials in Go only.
"""

from __future__ import annotations

from lk_audit.livekit.setting_names import name_words, public_prefix, says_livekit, without_qualifiers
from lk_audit.patterns import regex

CREDENTIAL_FIELDS = frozenset(
    {"secret", "access_key", "accessKey", "session_token", "sessionToken", "credentials", "account_key", "accountKey"}
    | {"password"}
    | {"Secret", "AccessKey", "SessionToken", "Credentials", "AccountKey", "Password"}
)
"""Fields of the egress outputs that authenticate to somebody's storage."""

STREAM_FIELDS = frozenset({"urls", "Urls"})
"""Fields with the addresses that a stream goes to; the stream key is part of the address."""
STREAM_ADDRESS = regex(r"(?:rtmps?|srt)://[^/\s]{1,255}/[^/\s]{1,255}/[^/\s]{4,}|srt://[^\s]{1,255}streamid=")
"""An address with an application and a stream key (`rtmp://host/live2/key`), or an SRT one with a stream id."""
TEXT_FIELDS = frozenset({"metadata", "attributes"})
"""Fields with text of the application's own."""

MESSAGE_MAKERS = frozenset({"create", "fromJson", "fromJsonString", "fromPartial", "ParseDict"})
"""Calls that make a protocol message of their arguments, besides the classes themselves."""
FILLERS = frozenset({"append", "extend", "add", "push", "CopyFrom", "MergeFrom"})
"""Methods that put something into a message or one of its lists."""

_SECRET_ENDS: tuple[tuple[str, ...], ...] = (
    *(("secret",), ("password",), ("passwd",), ("passphrase",), ("apisecret",), ("secretkey",), ("apikey",)),
    *(("secret", "key"), ("secret", "access", "key"), ("private", "key"), ("api", "key"), ("auth", "token")),
    *(("service", "role", "key"), ("signing", "key"), ("encryption", "key"), ("master", "key")),
)
_API_KEYS = frozenset({("api", "key"), ("apikey",)})
_PUBLISHABLE = frozenset({"public", "publishable", "anon", "maps", "browser", "client"})


def is_secret_variable(name: str) -> bool:
    """Whether a variable holds something that its reader could use: `S3_SECRET`, `OPENAI_API_KEY`, `DB_PASSWORD` ...

    LiveKit's API key is only an id, and publishable keys are meant to be seen.
    """
    words = without_qualifiers(name_words(name))
    ends = {words[-len(end) :] for end in _SECRET_ENDS if words[-len(end) :] == end}
    if not ends or public_prefix(name) is not None:
        return False
    return not ends <= _API_KEYS or not (says_livekit(name) or _PUBLISHABLE & set(words))


def is_secret_member(member: str, variable: str) -> bool:
    """Whether a member such as `apiKey` says that a variable, whatever its name, holds a secret."""
    return is_secret_variable(member) and not says_livekit(variable) and public_prefix(variable) is None


ROLE_FIELDS = frozenset(
    {"role", "roles", "isAdmin", "is_admin", "admin", "isHost", "is_host", "isModerator", "is_moderator", "permissions"}
    | {"permission", "userType", "user_type", "isTeacher", "is_teacher"}
)
"""Members of metadata that decide what their holder may do in an application, by convention."""
ROLE_TEXT = regex(rf'"(?:{"|".join(sorted(ROLE_FIELDS))})"\s*:')
"""Such a member, in metadata that is written as JSON text."""
