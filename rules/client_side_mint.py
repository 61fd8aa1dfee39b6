"""LK201 client-side-mint."""

from collections.abc import Iterator

from lk_audit.facts import Side, Signer, TokenMint
from lk_audit.rule_api import Confidence, Problem, Severity, rule


@rule(
    TokenMint,
    id="LK201",
    severity=Severity.CRITICAL,
    cwe=522,
    fix=(
        "Move the minting to a server route that authenticates the caller, and let the client fetch its token there. "
        "Rotate the API secret: it has been shipped."
    ),
    bad=[
        """
        --- components/Call.tsx
        'use client';
        import { AccessToken } from 'livekit-server-sdk';

        export async function joinToken(room: string, user: string, key: string, secret: string) {
          const token = new AccessToken(key, secret, { identity: user, ttl: '10m' });  // <- finding
          token.addGrant({ roomJoin: true, room, canPublish: true });
          return token.toJwt();
        }
        """,
        """
        --- src/token.js
        import { SignJWT } from 'https://esm.sh/jose@5';

        export async function makeToken(key, secret, room, user) {
          return new SignJWT({ video: { roomJoin: true, room } })  // <- finding
            .setProtectedHeader({ alg: 'HS256' })
            .setIssuer(key)
            .setSubject(user)
            .setExpirationTime('15m')
            .sign(new TextEncoder().encode(secret));
        }
        """,
        """
        --- App.tsx
        import React, { useEffect, useState } from 'react';
        import { View } from 'react-native';
        import { AccessToken as Token } from 'livekit-server-sdk';

        export default function App({ apiKey, apiSecret }) {
          const [jwt, setJwt] = useState('');
          useEffect(() => {
            const at = new Token(apiKey, apiSecret, { identity: 'phone', ttl: 600 });  // <- finding
            at.addGrant({ roomJoin: true, room: 'lobby' });
            at.toJwt().then(setJwt);
          }, []);
          return <View />;
        }
        """,
        """
        --- src/components/JoinCall.vue
        <template>
          <button @click="join">Join</button>
        </template>

        <script setup lang="ts">
        import { AccessToken } from 'livekit-server-sdk';

        const props = defineProps<{ key: string; signer: string; user: string }>();

        async function join() {
          const at = new AccessToken(props.key, props.signer, { identity: props.user, ttl: '10m' });  // <- finding
          at.addGrant({ roomJoin: true, room: 'lobby' });
          return at.toJwt();
        }
        </script>
        """,
        """
        --- public/index.html
        <!doctype html>
        <title>Kiosk</title>
        <script type="application/json">{ "roomJoin": true }</script>
        <script type="module">
          import { SignJWT } from 'https://esm.sh/jose@5';

          const { key, signer } = await (await fetch('/settings.json')).json();
          const jwt = await new SignJWT({ video: { roomJoin: true, room: 'kiosk' } })  // <- finding
            .setProtectedHeader({ alg: 'HS256' })
            .setIssuer(key)
            .setSubject('kiosk')
            .setExpirationTime('15m')
            .sign(new TextEncoder().encode(signer));
        </script>
        """,
    ],
    good=[
        """
        --- app/api/token/route.ts
        import { NextResponse } from 'next/server';
        import { auth } from '@/auth';
        import { AccessToken } from 'livekit-server-sdk';

        export async function POST() {
          const session = await auth();
          if (!session) return NextResponse.json({ error: 'sign in first' }, { status: 401 });
          const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {
            identity: session.user.id,
            ttl: '10m',
          });
          at.addGrant({ roomJoin: true, room: session.user.room });
          return NextResponse.json({ token: await at.toJwt() });
        }
        """,
        """
        --- token_server.py
        from datetime import timedelta
        from livekit import api

        def mint(user: str, room: str) -> str:
            return (
                api.AccessToken()
                .with_identity(user)
                .with_ttl(timedelta(minutes=10))
                .with_grants(api.VideoGrants(room_join=True, room=room))
                .to_jwt()
            )
        """,
    ],
    references=["https://docs.livekit.io/home/get-started/authentication/"],
)
def client_side_mint(mint: TokenMint) -> Iterator[Problem]:
    """A LiveKit token is signed in code that runs at the client.

    Signing needs the API secret, so the secret is in the page, the app or the extension, and everybody who
    downloads it can read it there. With the secret anybody can make a token for any room with any grant. The
    JavaScript SDK only writes a warning to the browser's console, and nothing at all in React Native.
    """
    if mint.side is not Side.CLIENT:
        return
    yield Problem(
        mint.place,
        f"access token signed in client code ({mint.sdk}): whoever runs it has the API secret",
        confidence=Confidence.HIGH if mint.signer is Signer.SDK else Confidence.MEDIUM,
        trace=mint.side_leads,
    )
