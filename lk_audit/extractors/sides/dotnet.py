"""On which side a C# file runs: in an application that users install, or on a server."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.facts import FileRole, Lead
from lk_audit.livekit.dotnet import (
    CLIENT_BASES,
    CLIENT_NAMESPACES,
    PROJECT_CLIENTS,
    PROJECT_SERVERS,
    SERVER_NAMESPACES,
)
from lk_audit.source import Source
from lk_audit.syntax import Name


def is_server(context: FileContext) -> bool:
    """Whether the file imports what only servers use, or its project is one."""
    if any(item.module.startswith(SERVER_NAMESPACES) for item in context.names.imports):
        return True
    project = _project_file(context)
    return project is not None and PROJECT_SERVERS.search(project.data) is not None


def client_leads(context: FileContext) -> Iterator[Lead]:
    """What shows that the file is part of an application that users install; tests are not."""
    if context.role is FileRole.TEST:
        return
    for item in context.names.imports:
        namespace = next((name for name in CLIENT_NAMESPACES if item.module.startswith(name)), None)
        if namespace is not None:
            yield context.lead(item, f"imports {CLIENT_NAMESPACES[namespace]}")
            return
    for owner in context.names.classes:
        base = next((base for base in owner.bases if isinstance(base, Name) and base.id in CLIENT_BASES), None)
        if base is not None:
            yield context.lead(base, f"is part of {CLIENT_BASES[last_name(base) or '']}")
            return
    project = _project_file(context)
    for pattern, note in PROJECT_CLIENTS if project is not None else ():
        found = pattern.search(project.data) if project is not None else None
        if found is not None and project is not None:
            yield Lead(project.place(found.start(), found.end()), note)
            return


def _project_file(context: FileContext) -> Source | None:
    """The nearest .csproj upwards."""
    path = context.project.declared.csharp_project(context.source.path)
    return context.project.files.source(path) if path is not None else None
