"""LK104 hardcoded-e2ee-key."""

from collections.abc import Iterator

from lk_audit.facts import E2eeKeyLiteral, FileRole
from lk_audit.rule_api import Confidence, Problem, Severity, rule


@rule(
    E2eeKeyLiteral,
    id="LK104",
    severity=Severity.MEDIUM,
    cwe=321,
    fix=(
        "Make a random key for each room on the server, hand it to the authenticated participants beside their tokens, "
        "and pass it to the key provider at run time."
    ),
    bad=[
        """
        --- src/encryption.ts
        import { ExternalE2EEKeyProvider } from 'livekit-client';

        const keyProvider = new ExternalE2EEKeyProvider();
        await keyProvider.setKey('correct-horse-battery');  // <- finding
        """,
        """
        --- worker.py
        import os
        from livekit import rtc

        KEY = os.environ.get("E2EE_KEY", "everybody-knows").encode()  # <- finding

        options = rtc.E2EEOptions(key_provider_options=rtc.KeyProviderOptions(shared_key=KEY))
        """,
    ],
    good=[
        """
        --- src/encryption.ts
        import { ExternalE2EEKeyProvider } from 'livekit-client';

        export async function encrypt(passphrase: string) {
          const keyProvider = new ExternalE2EEKeyProvider();
          await keyProvider.setKey(passphrase);
          return keyProvider;
        }
        """,
        """
        --- worker.py
        import os
        from livekit import rtc

        options = rtc.E2EEOptions(
            key_provider_options=rtc.KeyProviderOptions(shared_key=os.environ["ROOM_KEY"].encode())
        )
        """,
    ],
    references=["https://docs.livekit.io/transport/encryption/"],
)
def hardcoded_e2ee_key(key: E2eeKeyLiteral) -> Iterator[Problem]:
    """The key of end-to-end encryption is the same for everybody, and written down.

    Whoever has the code, or the application that it is built into, can decrypt every call. Encryption then protects
    against nobody who cares to look.
    """
    what = f"in the public variable {key.variable}" if key.variable else "as a literal"
    yield Problem(
        key.place,
        f"end-to-end encryption key given {what} to {key.setting}: everybody who has the code can decrypt",
        confidence=Confidence.MEDIUM if key.role is not FileRole.PRODUCTION else Confidence.HIGH,
        trace=key.leads,
    )
