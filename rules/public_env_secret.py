"""LK202 public-env-secret."""

from collections.abc import Iterator

from lk_audit.facts import EnvExposure, FileRole
from lk_audit.repairs import RenameVariable
from lk_audit.rule_api import Confidence, Fixable, Problem, Severity, rule

_FIX_WITHOUT_PREFIX = (
    "Take it out of what clients get, read it in server code only, and hand clients tokens instead. If a build that "
    "holds it was ever published, replace the secret: on LiveKit Cloud delete the key and create another, on your own "
    "server change the pair under `keys:`."
)
"""For places whose entries are published whatever their names are: renaming would not help."""


@rule(
    EnvExposure,
    id="LK202",
    severity=Severity.CRITICAL,
    cwe=200,
    fixable=Fixable.UNSAFE,
    fix=(
        "Rename it to LIVEKIT_API_SECRET without the public prefix, read it in server code only, and hand clients "
        "tokens instead. If a build with the old name was ever published, replace the secret: on LiveKit Cloud delete "
        "the key and create another, on your own server change the pair under `keys:`."
    ),
    bad=[
        """
        --- .env.production
        VITE_LIVEKIT_URL=wss://live.acme.io
        VITE_LIVEKIT_API_SECRET=your-api-secret  # <- finding
        """,
        """
        --- src/room.ts
        const secret = import.meta.env.VITE_LIVEKIT_API_SECRET; // <- finding
        export const hasSecret = Boolean(secret);
        """,
        """
        --- .github/workflows/deploy.yml
        jobs:
          build:
            steps:
              - run: npm run build
                env:
                  NEXT_PUBLIC_LIVEKIT_API_SECRET: ${{ secrets.LIVEKIT_API_SECRET }}  # <- finding
        """,
        """
        --- settings.py
        import os

        LIVEKIT_SECRET = os.environ["NEXT_PUBLIC_LIVEKIT_API_SECRET"]  # <- finding
        """,
        """
        --- vite.config.ts
        import { defineConfig, loadEnv } from 'vite';

        export default defineConfig(({ mode }) => {
          const env = loadEnv(mode, process.cwd(), '');
          return {
            envPrefix: ['VITE_', 'LIVEKIT_'],  // <- finding
            define: {
              __LIVEKIT_URL__: JSON.stringify(env.LIVEKIT_URL),
              __SIGNER__: JSON.stringify(env.LIVEKIT_API_SECRET),  // <- finding
            },
          };
        });
        """,
        """
        --- next.config.js
        module.exports = {
          env: {
            LIVEKIT_API_SECRET: process.env.LIVEKIT_API_SECRET,  // <- finding
          },
          serverRuntimeConfig: { secret: process.env.LIVEKIT_API_SECRET },
        };
        """,
        """
        --- nuxt.config.ts
        export default defineNuxtConfig({
          runtimeConfig: {
            livekitApiSecret: '',
            public: {
              livekitUrl: '',
              livekitApiSecret: '',  // <- finding
            },
          },
        });
        """,
        """
        --- webpack.config.js
        const webpack = require('webpack');

        module.exports = {
          plugins: [
            new webpack.EnvironmentPlugin([
              'LIVEKIT_URL',
              'LIVEKIT_API_SECRET',  // <- finding
            ]),
          ],
        };
        """,
        """
        --- app.config.ts
        export default {
          expo: {
            name: 'calls',
            extra: {
              livekitUrl: process.env.LIVEKIT_URL,
              signer: process.env.LIVEKIT_API_SECRET,  // <- finding
            },
          },
        };
        """,
        """
        --- app.json
        {
          "expo": {
            "name": "calls",
            "extra": {
              "livekitApiSecret": "filled-in-at-build"  // <- finding
            }
          }
        }
        """,
        """
        --- src/environments/environment.prod.ts
        export const environment = {
          production: true,
          livekitApiSecret: 'filled-in-at-build',  // <- finding
        };
        """,
        """
        --- package.json
        { "devDependencies": { "parcel": "^2.12.0" } }
        --- src/sign.js
        export const signer = () => process.env.LIVEKIT_API_SECRET; // <- finding
        """,
    ],
    good=[
        """
        --- .env.production
        NEXT_PUBLIC_LIVEKIT_URL=wss://live.acme.io
        LIVEKIT_API_KEY=<your api key>
        LIVEKIT_API_SECRET=<your api secret>
        --- app/lib/address.ts
        export const address = process.env.NEXT_PUBLIC_LIVEKIT_URL;
        """,
        """
        --- settings.py
        import os

        LIVEKIT_SECRET = os.environ["LIVEKIT_API_SECRET"]
        """,
    ],
    references=(
        "https://cwe.mitre.org/data/definitions/522.html",
        "https://vite.dev/guide/env-and-mode",
        "https://nextjs.org/docs/app/guides/environment-variables",
    ),
)
def public_env_secret(exposure: EnvExposure) -> Iterator[Problem]:
    """The LiveKit API secret has a name that a framework publishes to clients.

    Build tools copy the values of variables with such a prefix into the files that every visitor downloads. The value
    does not matter: whatever is filled in at build time is public from then on. A read in server code is safe by
    itself, yet the name invites client code to read it too.
    """
    if exposure.effect is not None:
        yield Problem(
            exposure.place,
            f"API secret {exposure.name} published: {exposure.framework} copies it {exposure.effect}",
            confidence=Confidence.HIGH,
            fix=_FIX_WITHOUT_PREFIX,
            subject=exposure.name,
        )
        return
    published = (
        f"under the public name {exposure.name}: {exposure.framework} ships variables that start with {exposure.prefix}"
        if exposure.prefix
        else f"{exposure.name} published: {exposure.framework} ships it"
    )
    certain = not exposure.on_server and exposure.role is not FileRole.TEST
    yield Problem(
        exposure.place,
        f"API secret {published} to every client",
        confidence=Confidence.HIGH if certain else Confidence.MEDIUM,
        fix=None if exposure.prefix else _FIX_WITHOUT_PREFIX,
        subject=exposure.name,
        repair=RenameVariable(exposure.name, exposure.name.removeprefix(exposure.prefix)) if exposure.prefix else None,
    )
