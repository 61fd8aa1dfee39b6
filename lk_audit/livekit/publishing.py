"""Settings of bundlers and frameworks that copy values into what clients download, by configuration file.

Sources: the configuration references of Vite, webpack, Rsbuild, esbuild, Next, Nuxt, Expo, Angular, Quasar, Docusaurus,
t3-env and Remix.
"""

from __future__ import annotations

import re
from functools import lru_cache

from msgspec import Struct

from lk_audit.patterns import regex

BUNDLE = "into the bundle that every visitor downloads"
PAGE = "into the page that every visitor loads"
APP = "into the application that every user installs"


class Setting(Struct, frozen=True):
    """A place in configuration files: `path` are the keys that lead to it, `effect` says where its values go."""

    files: re.Pattern[str]
    path: tuple[str, ...]
    effect: str

    @property
    def name(self) -> str:
        return ".".join(self.path)


_VITE = regex(r"(?:^|/)(?:vite|vitest|astro|electron\.vite|quasar|rsbuild|rspack|rolldown)\.?config\.[cm]?[jt]s$")
_ANY_BUNDLER = regex(
    r"(?:^|/)(?:vite|astro|electron\.vite|quasar|rsbuild|rspack|webpack|craco|esbuild|tsup|rollup|build)[\w.-]*\.[cm]?[jt]s$"
)
_NEXT = regex(r"(?:^|/)next\.config\.[cm]?[jt]s$")
_NUXT = regex(r"(?:^|/)nuxt\.config\.[cm]?[jt]s$")
_EXPO = regex(r"(?:^|/)app(?:\.config)?\.(?:[cm]?[jt]s|json)$")
_ANGULAR = regex(r"(?:^|/)environments/environment[\w.-]*\.ts$")

SETTINGS: tuple[Setting, ...] = (
    Setting(_ANY_BUNDLER, ("define",), BUNDLE),
    Setting(_NEXT, ("env",), BUNDLE),
    Setting(_NEXT, ("publicRuntimeConfig",), PAGE),
    Setting(_NUXT, ("runtimeConfig", "public"), PAGE),
    Setting(_NUXT, ("publicRuntimeConfig",), PAGE),
    Setting(_NUXT, ("env",), BUNDLE),
    Setting(_EXPO, ("extra",), APP),
    Setting(regex(r"(?:^|/)quasar\.config\.[cm]?[jt]s$"), ("build", "env"), BUNDLE),
    Setting(regex(r"(?:^|/)docusaurus\.config\.[cm]?[jt]s$"), ("customFields",), BUNDLE),
    Setting(regex(r"(?:^|/)root\.[jt]sx?$"), ("ENV",), PAGE),
    Setting(regex(r"(?:^|/)env(?:\.\w+)?\.[cm]?[jt]s$"), ("client",), BUNDLE),
)
"""Settings whose entries are published, whatever their names are."""

PREFIX_SETTING = "envPrefix"
PREFIX_FILES = _VITE
"""Vite's setting of the prefix that makes a variable public."""

ENVIRONMENT_FILES = _ANGULAR
"""Angular's environment files are part of the bundle."""

PLUGINS = frozenset({"DefinePlugin", "EnvironmentPlugin"})
"""webpack's plugins that do the same, as calls."""

INLINES_EVERYTHING = ("parcel", "parcel-bundler", "@parcel/core")
"""Bundlers that replace every `process.env.NAME` in application code. Source: Parcel's page on environments."""


def publishing_setting(path: str, keys: tuple[str, ...]) -> Setting | None:
    """The setting of a configuration file that publishes what is under `keys`; None when that stays private."""
    for setting in _settings_of(path):
        length = len(setting.path)
        is_inside = any(keys[start : start + length] == setting.path for start in range(len(keys)))
        if is_inside:
            return setting
    return None


@lru_cache(maxsize=64)
def _settings_of(path: str) -> tuple[Setting, ...]:
    """The settings that a file may have, which is asked for each of its entries."""
    return tuple(setting for setting in SETTINGS if setting.files.search(path))
