"""LK105 credentials-in-token."""

from collections.abc import Iterator

from lk_audit.facts import Audience, Lead, TokenMint
from lk_audit.rule_api import Confidence, Problem, Severity, rule


@rule(
    TokenMint,
    id="LK105",
    severity=Severity.HIGH,
    cwe=522,
    fix=(
        "Start egress from the server, or create the room there with its configuration; keep credentials out of "
        "tokens. Replace those that were in one."
    ),
    bad=[
        """
        --- tokens.py
        import os
        from datetime import timedelta
        from livekit import api

        def mint(identity: str, room: str) -> str:
            s3 = api.S3Upload(
                bucket="recordings",
                access_key=os.environ["S3_KEY"],  # <- finding
                secret=os.environ["S3_SECRET"],
            )
            output = api.EncodedFileOutput(filepath="call.mp4", s3=s3)
            egress = api.RoomEgress(room=api.RoomCompositeEgressRequest(file_outputs=[output]))
            return (
                api.AccessToken()
                .with_identity(identity)
                .with_ttl(timedelta(minutes=10))
                .with_grants(api.VideoGrants(room_join=True, room=room))
                .with_room_config(api.RoomConfiguration(egress=egress))
                .to_jwt()
            )
        """,
        """
        --- server/recorded.ts
        import { AccessToken, EncodedFileOutput, RoomConfiguration, RoomEgress, S3Upload } from 'livekit-server-sdk';

        const storage = new S3Upload({
          bucket: 'recordings',
          secret: process.env.S3_SECRET,  // <- finding
        });

        export async function mint(identity: string, room: string) {
          const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {
            identity,
            ttl: '10m',
          });
          at.addGrant({ roomJoin: true, room });
          const file = new EncodedFileOutput({ filepath: 'call.mp4', output: { case: 's3', value: storage } });
          at.roomConfig = new RoomConfiguration({ egress: new RoomEgress({ room: { fileOutputs: [file] } }) });
          return at.toJwt();
        }
        """,
        """
        --- server/tokens.ts
        import { AccessToken } from 'livekit-server-sdk';

        export async function mint(identity: string, room: string) {
          const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {
            identity,
            ttl: '10m',
            metadata: JSON.stringify({ upload: process.env.UPLOAD_SECRET }),  // <- finding
          });
          at.addGrant({ roomJoin: true, room });
          return at.toJwt();
        }
        """,
    ],
    good=[
        """
        --- tokens.py
        from datetime import timedelta
        from livekit import api

        def mint(identity: str, room: str) -> str:
            return (
                api.AccessToken()
                .with_identity(identity)
                .with_ttl(timedelta(minutes=10))
                .with_grants(api.VideoGrants(room_join=True, room=room))
                .with_room_config(api.RoomConfiguration(agents=[api.RoomAgentDispatch(agent_name="notes")]))
                .to_jwt()
            )
        """,
        """
        --- server/tokens.ts
        import { AccessToken } from 'livekit-server-sdk';

        export async function mint(identity: string, room: string) {
          const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {
            identity,
            ttl: '10m',
            metadata: JSON.stringify({ region: process.env.REGION }),
          });
          at.addGrant({ roomJoin: true, room });
          return at.toJwt();
        }
        """,
    ],
    references=["https://github.com/livekit/livekit/issues/3684"],
)
def credentials_in_token(mint: TokenMint) -> Iterator[Problem]:
    """The token carries credentials that its holder can read.

    A token is signed, not encrypted. Storage credentials in its room configuration, or a secret in its metadata, can
    be read by everybody who gets the token; metadata by everybody in the room. Only the Go SDK refuses to sign such a
    token.
    """
    if mint.audience is Audience.SERVICE or not mint.readable_credentials:
        return
    first, *others = mint.readable_credentials
    names = ", ".join(dict.fromkeys(item.what for item in mint.readable_credentials))
    yield Problem(
        first.place,
        f"credentials inside a token, readable by its holder: {names}",
        confidence=Confidence.HIGH if any(item.certain for item in mint.readable_credentials) else Confidence.MEDIUM,
        related=tuple(Lead(item.place, item.what) for item in others),
    )
