"""On which side a file of Java or Kotlin runs: in an Android or desktop application, or on a server."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from lk_audit.extractors.context import FileContext
from lk_audit.facts import FileRole, Lead
from lk_audit.livekit.clients import JVM_CLIENT_PACKAGES, JVM_SERVER_PACKAGES
from lk_audit.patterns import regex
from lk_audit.project.manifests import above

_ANDROID_PLUGIN = regex(
    rb"com\.android\.(?:application|library)|android\.?(?:application|library)\b|^[ \t]{0,8}android\s{0,4}\{",
    re.IGNORECASE | re.MULTILINE,
)
_BUILD_FILES = ("build.gradle", "build.gradle.kts")
_CLIENT_FOLDER = regex(
    r"(?:^|/)src/(?:androidMain|iosMain|commonMain|desktopMain|jsMain|wasmJsMain)/|(?:^|/)composeApp/src/"
)


def is_server(context: FileContext) -> bool:
    """Whether the file imports what only servers use."""
    return any(item.module.startswith(JVM_SERVER_PACKAGES) for item in context.names.imports)


def client_leads(context: FileContext) -> Iterator[Lead]:
    """What shows that the file is part of an application that users install; tests are not."""
    if context.role is FileRole.TEST:
        return
    for item in context.names.imports:
        package = next((name for name in JVM_CLIENT_PACKAGES if item.module.startswith(name)), None)
        if package is not None:
            yield context.lead(item, f"imports {JVM_CLIENT_PACKAGES[package]}")
            return
    yield from _module_leads(context)


def _module_leads(context: FileContext) -> Iterator[Lead]:
    """What the module of the build says that the file belongs to."""
    files, path = context.project.files, context.source.path
    if _CLIENT_FOLDER.search(path):
        yield context.lead(context.module.body, "part of a multiplatform application")
        return
    for folder in above(path):
        for name in _BUILD_FILES:
            build = posixpath.join(folder, name)
            source = files.source(build) if build in files else None
            if source is None:
                continue
            plugin = _ANDROID_PLUGIN.search(source.data)
            if plugin is not None:
                yield Lead(source.place(plugin.start(), plugin.end()), "the module is an Android application")
            return
        if posixpath.join(folder, "AndroidManifest.xml") in files:
            yield context.lead(context.module.body, "part of an Android application")
            return
