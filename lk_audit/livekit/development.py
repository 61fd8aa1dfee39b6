"""LiveKit's development token server, and how code says that it runs in development.

Sources: livekit/client-sdk-js:src/room/token-source/TokenSource.ts, livekit/components-js; the documentation of Node,
Vite, Next.js, React Native, Angular, Django and Flask for the names of environments.
"""

from __future__ import annotations

from lk_audit.patterns import regex

SOURCES = frozenset(
    {"developmentTokenServer", "sandboxTokenServer", "SandboxTokenSource", "DevelopmentTokenSource"}
    | {"fromSandboxTokenServer", "fromDevelopmentTokenServer"}
)
"""Calls that make a source of tokens of the development server (once called the sandbox)."""

# lk-audit: ignore[dev-token-source] what to look for, and not what to ask
ADDRESS = regex(r"\S{0,500}sandbox/connection-details\S{0,100}")
"""The server's address, whole or from the path on. A header `X-Sandbox-ID` alone may go to one's own server."""

CHOICE = regex(r"(?i)sandbox|token_?server|dev(?:elopment)?_?token")
"""Names that say that somebody has asked for the development server, by setting its id."""

DEVELOPMENT_NAMES = frozenset(
    {"DEV", "__DEV__", "isDev", "IS_DEV", "is_dev", "dev", "isDevelopment", "IS_DEVELOPMENT", "is_development", "DEBUG"}
    | {"isDevMode", "isLocal", "IS_LOCAL", "is_local", "isLocalhost", "isDevEnv", "isDebug", "devMode", "DEV_MODE"}
)
PRODUCTION_NAMES = frozenset(
    {"PROD", "isProd", "IS_PROD", "is_prod", "prod", "isProduction", "IS_PRODUCTION", "is_production", "production"}
)
DEVELOPMENT_VALUES = frozenset({"development", "dev", "local", "localhost", "test", "debug"})
PRODUCTION_VALUES = frozenset({"production", "prod", "staging", "live"})
DEVELOPMENT_FLAGS = frozenset({"dev", "development", "local", "debug"})
"""Options of a command line that ask for development, as LiveKit's own server and CLI have them (`--dev`)."""
FLAG_READS = frozenset({"Bool", "GetBool", "get_flag", "getBoolean"})
"""Calls that tell whether an option was given, by its name: urfave/cli, cobra, clap, Java's."""
