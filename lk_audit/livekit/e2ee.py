"""How LiveKit's SDKs are given an end-to-end encryption key.

Sources: livekit/client-sdk-js:src/e2ee/KeyProvider.ts, livekit/python-sdks:livekit-rtc/livekit/rtc/e2ee.py,
livekit/client-sdk-react-native:src/e2ee, livekit/node-sdks:packages/livekit-rtc/src/e2ee.ts,
livekit/components-js:packages/react/src/hooks/useSession.ts.
"""

from __future__ import annotations

from msgspec import Struct

from lk_audit.patterns import regex

KEY_PROVIDERS = frozenset(
    {"ExternalE2EEKeyProvider", "BaseKeyProvider", "RNKeyProvider", "KeyProvider", "KeyProviderOptions", "E2EEOptions"}
    | {"useRNE2EEManager", "E2EEManager"}
)
"""Classes and hooks that hold the key, by their last names."""


class KeyMethod(Struct, frozen=True):
    """A method that sets a key: where the key stands when it is the only argument, and when there are more."""

    alone: int | None
    among_others: int


KEY_METHODS: dict[str, KeyMethod] = {
    "setKey": KeyMethod(0, 1),
    "set_key": KeyMethod(None, 1),
    "setSharedKey": KeyMethod(0, 0),
    "set_shared_key": KeyMethod(0, 0),
}
"""`setKey(key)` of the browser SDK; `setKey(identity, key, index)` of the others."""

KEY_ARGUMENTS = frozenset({"shared_key", "sharedKey"})
OPTIONS_NAMES = frozenset({"key_provider_options", "keyProviderOptions"})
"""What options that hold the key are called inside other options."""

PROVIDER_NAME = regex(r"(?i)^_*(?:e2ee|external|livekit|lk)*_?key_?provider(?:_?ref)?$")
"""What a key provider is called where its construction is not in sight."""

SESSION_HOOKS = frozenset({"useSession"})
"""Hooks whose options hold the key as `encryption.key`."""

BYTE_MAKERS = frozenset(
    {"Buffer.from", "Uint8Array", "Uint8Array.from", "Uint8Array.fromBase64", "Uint8Array.fromHex", "atob"}
    | {"bytes", "bytearray", "bytes.fromhex", "bytearray.fromhex", "binascii.unhexlify", "binascii.a2b_hex"}
    | {"base64.b64decode", "base64.standard_b64decode", "base64.urlsafe_b64decode"}
)
"""Calls that make a key of their first argument: whoever reads the argument has the key."""
