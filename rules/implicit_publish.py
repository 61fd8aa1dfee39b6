"""LK404 implicit-publish."""

from collections.abc import Iterator

from lk_audit.facts import UNKNOWN, Audience, Grants, GrantVariant, Signer, TokenMint
from lk_audit.livekit.advice import LISTENER
from lk_audit.repairs import DenyData, DenyPublishing
from lk_audit.rule_api import Confidence, Fixable, Problem, Severity, rule


@rule(
    TokenMint,
    id="LK404",
    severity=Severity.MEDIUM,
    cwe=276,
    fixable=Fixable.SAFE,
    fix=(
        "Deny explicitly what a listener must not do: `can_publish=False, can_publish_data=False` in Python, "
        "`canPublish: false` in JavaScript. An empty canPublishSources means every source; leave it out and deny "
        "canPublish instead."
    ),
    bad=[
        """
        --- tokens.py
        from datetime import timedelta
        from livekit import api

        def mint(user, room):
            grants = api.VideoGrants(room_join=True, room=room, can_publish=False)  # <- finding
            return api.AccessToken().with_identity(user).with_ttl(timedelta(minutes=10)).with_grants(grants).to_jwt()
        """,
        """
        --- server/viewer.ts
        import { AccessToken } from 'livekit-server-sdk';

        export async function viewerToken(identity: string, room: string) {
          const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {
            identity,
            ttl: '10m',
          });
          at.addGrant({ roomJoin: true, room, canSubscribe: true });  // <- finding
          return at.toJwt();
        }
        """,
        """
        --- server/silent.ts
        import { AccessToken } from 'livekit-server-sdk';

        export async function silent(identity: string, room: string) {
          const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {
            identity,
            ttl: '10m',
          });
          at.addGrant({
            roomJoin: true,
            room,
            canPublishSources: [],  // <- finding
          });
          return at.toJwt();
        }
        """,
    ],
    good=[
        """
        --- tokens.py
        from datetime import timedelta
        from livekit import api

        def listener_token(user, room):
            grants = api.VideoGrants(room_join=True, room=room, can_publish=False, can_publish_data=False)
            return api.AccessToken().with_identity(user).with_ttl(timedelta(minutes=10)).with_grants(grants).to_jwt()
        """,
        """
        --- server/viewer.ts
        import { AccessToken } from 'livekit-server-sdk';

        export async function viewerToken(identity: string, room: string) {
          const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {
            identity,
            ttl: '10m',
          });
          at.addGrant({ roomJoin: true, room, canPublish: false });
          return at.toJwt();
        }
        """,
    ],
)
def implicit_publish(mint: TokenMint) -> Iterator[Problem]:
    """A token that is meant to listen only may still send.

    Leaving canPublish out does not deny it, it allows it. In Python, `can_publish=False` alone leaves data messages on,
    because the SDK writes `canPublishData: true` into the token. And an empty canPublishSources stands for every
    source, not for none.
    """
    if mint.audience is Audience.SERVICE:
        return
    whole = GrantVariant(mint.grants, mint.listener_lead, mint.can_publish_data_stays)
    for variant in mint.variants or (whole,):
        yield from _problems(mint, variant)


def _problems(mint: TokenMint, variant: GrantVariant) -> Iterator[Problem]:
    grants = variant.grants
    join = grants.get("roomJoin")
    if join is None or not join.may_be(True):
        return
    publish, data, sources = (grants.get(name) for name in ("canPublish", "canPublishData", "canPublishSources"))
    if sources is not None and sources.is_always(()) and not (publish is not None and publish.is_always(False)):
        yield Problem(
            sources.place,
            "empty canPublishSources allows every source, not none",
            trace=sources.leads,
            fix=_EMPTY_SOURCES,
            repair=DenyPublishing(sources.place, instead=True),
        )
    elif publish is not None and variant.can_publish_data_stays and grants.complete:
        yield Problem(
            publish.place,
            f"data messages stay allowed: {mint.sdk} writes canPublishData true where only canPublish is denied",
            confidence=Confidence.HIGH if publish.is_always(False) else Confidence.MEDIUM,
            trace=publish.leads,
            fix=_fix(mint),
            repair=DenyData(publish.place),
        )
    elif publish is None and grants.complete and variant.listener_lead is not None and not _only_data(mint, grants):
        denied = data is not None and data.is_always(False)
        yield Problem(
            join.place,
            "token for a listener may publish: canPublish is left out, and that allows it",
            severity=Severity.LOW if denied or mint.is_advice else None,
            confidence=Confidence.MEDIUM,
            related=(variant.listener_lead,),
            fix=_fix(mint),
            repair=DenyPublishing(join.place),
        )


def _only_data(mint: TokenMint, grants: Grants) -> bool:
    sources = grants.get("canPublishSources")
    return mint.signer is Signer.SDK and sources is not None and sources.values != (UNKNOWN,)


def _fix(mint: TokenMint) -> str:
    written = LISTENER.get(mint.language, _CLAIM) if mint.signer is Signer.SDK else _CLAIM
    return f"Deny explicitly what a listener must not do: {written}."


_CLAIM = "`canPublish: false`"
_EMPTY_SOURCES = (
    "Name the sources that the holder may publish from; for one who may publish nothing, deny canPublish and leave "
    "canPublishSources out."
)
