"""How LiveKit's SDKs are given an end-to-end encryption key.

Sources: livekit/client-sdk-js:src/e2ee/KeyProvider.ts, livekit/python-sdks:livekit-rtc/livekit/rtc/e2ee.py,
livekit/client-sdk-react-native:src/e2ee, livekit/node-sdks:packages/livekit-rtc/src/e2ee.ts.
"""

from __future__ import annotations

import re

KEY_PROVIDERS = frozenset(
    {"ExternalE2EEKeyProvider", "BaseKeyProvider", "RNKeyProvider", "KeyProviderOptions", "E2EEOptions"}
    | {"useRNE2EEManager", "E2EEManager"}
)
KEY_METHODS = frozenset({"setKey", "setSharedKey", "set_shared_key"})
KEY_ARGUMENTS = frozenset({"shared_key", "sharedKey"})
PROVIDER_NAME = re.compile(r"(?i)^_*(?:e2ee_?)?key_?provider$")
"""What a key provider is called where its construction is not in sight."""
