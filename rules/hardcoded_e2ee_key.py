"""LK104 hardcoded-e2ee-key."""

from collections.abc import Iterator

from lk_audit.facts import HARMLESS, E2eeKeyLiteral, FileRole
from lk_audit.rule_api import Confidence, Problem, Severity, rule

_LOWER = dict.fromkeys((FileRole.EXAMPLE, FileRole.LOCAL), Severity.LOW)


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
        --- src/Call.tsx
        import { useSession } from '@livekit/components-react';

        export function Call({ source, worker }) {
          const session = useSession(source, {
            encryption: { worker, key: import.meta.env.VITE_CALL_KEY },  // <- finding
          });
          return <Room session={session} />;
        }
        """,
        """
        --- agent.ts
        import { Room } from '@livekit/rtc-node';

        export async function join(room: Room, url: string, token: string) {
          const sharedKey = new TextEncoder().encode('correct-horse-battery');  // <- finding
          await room.connect(url, token, { encryption: { keyProviderOptions: { sharedKey } } });
        }
        """,
        """
        --- worker.py
        from livekit import rtc

        def encryption() -> rtc.E2EEOptions:
            options = rtc.E2EEOptions()
            options.key_provider_options.shared_key = b"correct-horse-battery"  # <- finding
            return options
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
        --- agent.ts
        import { KeyProvider } from '@livekit/rtc-node';

        export function rotate(keyProvider: KeyProvider, key: Uint8Array) {
          keyProvider.setKey('agent', key, 0);
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
    if key.role in HARMLESS or (key.is_placeholder and key.role in _LOWER):
        return
    yield Problem(
        key.place,
        f"end-to-end encryption key {_how(key)} for {key.setting}: everybody who has the code can decrypt",
        severity=_LOWER.get(key.role),
        confidence=Confidence.MEDIUM if key.is_placeholder else Confidence.HIGH,
        trace=key.leads,
        subject=key.secret.digest if key.secret else key.variable,
    )


def _how(key: E2eeKeyLiteral) -> str:
    if key.variable:
        return f"in the public variable {key.variable}"
    return f"as the fallback of {key.fallback_of}" if key.fallback_of else "written down"
