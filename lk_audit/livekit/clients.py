"""Signs that code runs at a client or on a server: packages, globals, directives, paths.

Sources: the package manifests and documentation of each framework; LiveKit's own repositories for its packages.
"""

from __future__ import annotations

import re

CLIENT_PACKAGES: dict[str, str] = {
    "livekit-client": "the LiveKit browser SDK",
    "@livekit/components-react": "LiveKit's React components",
    "@livekit/components-core": "LiveKit's components",
    "@livekit/components-js": "LiveKit's components",
    "@livekit/react-native": "the LiveKit React Native SDK",
    "@livekit/react-native-webrtc": "the LiveKit React Native SDK",
    "@livekit/track-processors": "LiveKit's browser track processors",
    "@livekit/krisp-noise-filter": "LiveKit's browser noise filter",
    "react-dom": "React in the browser",
    "react-dom/client": "React in the browser",
    "react-native": "React Native",
    "expo": "Expo",
    "expo-router": "Expo",
    "expo-constants": "Expo",
    "@react-native-async-storage/async-storage": "React Native",
    "@env": "react-native-dotenv",
    "react-native-config": "react-native-config",
    "react-native-dotenv": "react-native-dotenv",
    "@angular/core": "Angular",
    "svelte": "Svelte",
    "@ionic/react": "Ionic",
    "@capacitor/core": "Capacitor",
}
"""Packages that only client code imports (as values, not types)."""

CLIENT_HOOK_PACKAGES = frozenset({"react", "preact/hooks", "vue", "solid-js"})
"""Packages that both sides import; only their hooks tell a client."""

CLIENT_HOOKS = frozenset(
    {
        "useState",
        "useEffect",
        "useLayoutEffect",
        "useReducer",
        "useContext",
        "useRef",
        "useCallback",
        "useMemo",
        "ref",
        "reactive",
        "onMounted",
        "onBeforeUnmount",
        "createSignal",
        "createEffect",
        "onMount",
    }
)

BROWSER_GLOBALS = frozenset(
    {"window", "document", "localStorage", "sessionStorage", "navigator", "alert", "location", "history"}
)

CLIENT_DIRECTIVES = frozenset({"use client"})
SERVER_DIRECTIVES = frozenset({"use server"})

SERVER_PACKAGES = frozenset(
    {
        "express",
        "fastify",
        "koa",
        "hono",
        "@nestjs/common",
        "@hapi/hapi",
        "next/server",
        "next/headers",
        "server-only",
        "http",
        "https",
        "net",
        "fs",
        "fs/promises",
        "path",
        "os",
        "child_process",
        "process",
        "dotenv",
        "dotenv/config",
        "cors",
        "body-parser",
        "ws",
        "firebase-functions",
        "firebase-functions/v2/https",
        "firebase-functions/v1",
        "firebase-admin",
        "@netlify/functions",
        "@vercel/node",
        "@sveltejs/kit",
        "@remix-run/node",
        "@remix-run/cloudflare",
        "h3",
        "nitropack",
        "convex/server",
        "@prisma/client",
        "mongoose",
        "pg",
        "std/http/server.ts",
        "std/server",
        "@livekit/agents",
        "@livekit/rtc-node",
        "vite",
    }
)
"""Packages that only server code and scripts import."""

SERVER_GLOBALS = frozenset({"Deno", "Bun", "__dirname", "__filename", "exports"})

SERVER_FILE = re.compile(
    r"(?:^|/)(?:api|server|backend|functions|lambda|lambdas|workers?|netlify|supabase|scripts|convex|bin|cmd)/"
    r"|(?:^|/)(?:route|middleware|\+server|\+page\.server|\+layout\.server|hooks\.server|server|index\.server)"
    r"\.[cm]?[jt]sx?$"
    r"|\.server\.[cm]?[jt]sx?$|(?:^|/)(?:[^/]*config[^/]*)\.[cm]?[jt]s$"
)
"""Paths that belong to a server, a build or a script."""

CLIENT_SUFFIXES = (".vue", ".svelte")

PUBLIC_ENVIRONMENTS = frozenset({"$env/static/public", "$env/dynamic/public", "@env", "react-native-config"})
"""Where client code reads its environment: what is in it is shipped."""
