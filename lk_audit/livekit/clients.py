"""Signs that code runs at a client or on a server: packages, globals, directives, paths.

Sources: the package manifests and documentation of each framework; LiveKit's own repositories for its packages.
"""

from __future__ import annotations

import re

from lk_audit.patterns import regex

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
    "electron": "Electron",
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

SERVER_FUNCTIONS = frozenset(
    {
        "getServerSideProps",
        "getStaticProps",
        "getStaticPaths",
        "getInitialProps",
        "generateMetadata",
        "loader",
        "action",
    }
    - {"getInitialProps"}
)
"""Functions that a bundler leaves out of what it ships: Next's data functions, Remix's loaders and actions."""

FRAMEWORK_CLIENT_FILES: tuple[tuple[tuple[str, ...], re.Pattern[str], str], ...] = (
    (("next",), regex(r"^(?:src/)?pages/(?!api/|_document)"), "Next ships pages to browsers"),
    (
        ("nuxt",),
        regex(r"^(?:app/|src/)?(?:pages|components|composables|layouts|stores)/"),
        "Nuxt ships it to browsers",
    ),
    (("@sveltejs/kit",), regex(r"(?:^|/)\+(?:page|layout)\.[jt]s$"), "SvelteKit runs it in browsers too"),
    (("gatsby",), regex(r"^src/(?:pages|components|templates)/"), "Gatsby ships it to browsers"),
)
"""Where a package that depends on a framework keeps what clients load, by path inside the package.

Sources: the routing documentation of Next, Nuxt, SvelteKit and Gatsby.
"""

SERVER_FOLDER = regex(
    r"(?:^|/)(?:api|server|backend|functions|lambda|lambdas|workers?|netlify|supabase|scripts|convex|bin|cmd)/"
)
"""Folders that usually belong to a server, though `src/api` of a client application holds its calls to one."""
CERTAIN_SERVER_FOLDER = regex(r"(?:^|/)(?:supabase/functions|netlify/functions|pages/api|server/api|lib/server)/")

SERVER_FILE = regex(
    r"(?:^|/)(?:route|middleware|\+server|\+page\.server|\+layout\.server|hooks\.server|server|index\.server)"
    r"\.[cm]?[jt]sx?$"
    r"|\.server\.[cm]?[jt]sx?$|(?:^|/)(?:[^/]*config[^/]*)\.[cm]?[jt]s$"
)
"""Paths that belong to a server, a build or a script."""

SERVER_CONTAINERS = frozenset({"astro-frontmatter", "notebook"})
"""Containers whose code runs on a server: a notebook's kernel is one."""
CLIENT_CONTAINERS = frozenset({"vue", "svelte", "astro-script", "html"})
"""Kinds of pages whose scripts browsers run."""

JVM_CLIENT_PACKAGES: dict[str, str] = {
    "android.": "Android",
    "androidx.": "Android",
    "io.livekit.android": "LiveKit's Android SDK",
    "dagger.hilt.android": "Android",
    "com.google.android": "Android",
    "org.jetbrains.compose": "Compose",
    "javafx.": "JavaFX",
    "javax.swing": "Swing",
    "platform.UIKit": "iOS",
}
"""What the packages begin with that only applications on phones and desktops import."""
JVM_SERVER_PACKAGES = (
    *("org.springframework", "io.ktor.server", "jakarta.servlet", "javax.servlet", "jakarta.ws.rs", "javax.ws.rs"),
    *("io.javalin", "spark.", "io.micronaut", "io.quarkus", "io.vertx", "play.mvc", "io.helidon", "ratpack."),
    *("io.dropwizard", "org.http4k", "com.sun.net.httpserver", "com.amazonaws.services.lambda", "io.grpc.stub"),
    *("org.eclipse.jetty", "org.eclipse.microprofile", "io.jooby", "com.google.cloud.functions"),
)
"""What the packages begin with that only servers import."""

PUBLIC_ENVIRONMENTS = frozenset(
    {"$env/static/public", "$env/dynamic/public", "@env", "react-native-config", "BuildConfig"}
)
"""Where client code reads its environment: what is in it is shipped."""


def is_of_client_build(name: str, accessor: str, path: str) -> bool:
    """Whether a bundler of client code fills in a variable where it is read: Create React App's, Vite's.

    Servers read the same variables from `process.env`, so that those of Create React App count in its `src/` only.
    """
    if accessor == "import.meta.env":
        return name.startswith("VITE_")
    return name.startswith("REACT_APP_") and "/src/" in f"/{path}"
