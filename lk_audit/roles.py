"""What a file is for, judged by its path."""

from __future__ import annotations

import re

from lk_audit.facts import FileRole
from lk_audit.patterns import regex

_FOLDERS_OF = {
    FileRole.TEST: (
        "test tests __tests__ __mocks__ __fixtures__ spec specs e2e testing testdata test-data test_data fixtures mocks"
        " cypress playwright integration-tests load-tests androidtest commontest sharedtest testfixtures unittest"
        " unittests testutil testutils test-utils test_utils testhelpers test-helpers test_helpers testsupport"
        " test-support test_support test-server test_server testserver benchmarks benches"
    ),
    FileRole.DOCUMENTATION: "docs doc documentation wiki website-docs",
    FileRole.EXAMPLE: "example examples sample samples demo demos template templates cookbook",
    FileRole.LOCAL: "dev local localdev .devcontainer sandbox development .vscode .idea",
}
_FOLDERS = {name: role for role, names in _FOLDERS_OF.items() for name in names.split()}
_PROJECTS: tuple[tuple[re.Pattern[str], FileRole], ...] = (
    (regex(r"[A-Z][\w.]*\.(?:\w*Tests?|Specs|TestUtils|Benchmarks?)|[A-Z]\w*Tests"), FileRole.TEST),
    (regex(r"[A-Z][\w.]*\.(?:Examples?|Samples?|Demos?)"), FileRole.EXAMPLE),
)
"""Folders named after what they are for: .NET's projects (`Rooms.Tests`), Xcode's targets (`RoomTests`)."""
_PATHS: tuple[tuple[re.Pattern[str], FileRole], ...] = (
    (
        regex(
            r"(?:^|/)\.github/workflows/(?:[\w.-]{1,80}[-_.])?(?:tests?|testing|e2e|integration)(?:[-_.][\w.-]{1,80})?"
            r"\.ya?ml$"
        ),
        FileRole.TEST,
    ),
    (regex(r"(?:^|/)(?:envs?|env\.d|environments?|overlays|clusters)/(?:dev|local)[-_.][\w.-]+/"), FileRole.LOCAL),
)
"""Workflows that test, and the settings of one of several environments (`env.d/dev-eu/values.yaml`)."""
_NAMES: tuple[tuple[re.Pattern[str], FileRole], ...] = (
    (
        regex(
            r"test_.*\.\w+|.*[._-](?:test|tests|spec|e2e|cy)\.\w+|.*(?:Test|Tests|Spec|IT)\.(?:java|kt|cs|swift|php|scala)"
            r"|(?:.*[._-])?[tT]est[_-]?(?:[uU]til|[hH]elper|[sS]upport|[fF]ixture|[eE]nv|[sS]etup)s?\.\w+"
            r"|setup[_-]?[tT]ests?\.\w+"
            r"|.*Test(?:Util|Helper|Support|Fixture)s?\.\w+|conftest\.py|(?:jest|vitest|playwright|cypress)\..*"
            r"|\.env\.(?:test|testing|ci)(?:\..*)?"
        ),
        FileRole.TEST,
    ),
    (
        regex(
            r".*[.-](?:example|sample|template|dist|tmpl|tpl|default)s?(?:\..*)?|(?:example|sample|template)\.\w+"
            r"|(?:.*[_-])?(?:example|sample)s?(?:[_-].*)?\.(?:ya?ml|json|toml|ini|conf|cfg|properties|env)"
            r"|\.env_(?:example|sample|template)"
        ),
        FileRole.EXAMPLE,
    ),
    (
        regex(r".*\.(?:md|mdx|markdown|rst|txt|adoc|asciidoc|org|log)|readme.*|changelog.*", re.IGNORECASE),
        FileRole.DOCUMENTATION,
    ),
    (
        regex(
            r".*[.-](?:local|dev|[dD]evelopment|override)(?:\..*)?|(?:dev|local)[.-].*|local\.properties"
            r"|(?:.*_)?dev(?:elopment)?(?:_.*)?\.(?:ya?ml|json|toml|ini|conf|cfg|properties|env)"
        ),
        FileRole.LOCAL,
    ),
)
_DEPLOYED = frozenset({"charts", "chart", "helm", "roles", "ansible"})
"""Where a folder `templates` holds what Helm and Ansible install, not examples."""
_OF_MACHINES = regex(r"(.+\.(?:sh|bash|ps1|service))\.(?:tpl|tmpl)")
"""Templates of scripts: a machine fills them in when it is set up, nobody copies them by hand."""
_PACKAGING = frozenset({"requirements.txt", "robots.txt", "cmakelists.txt", "security.txt"})


def file_role(path: str) -> FileRole:
    """The role of a file. `path` is relative to the scan root, with forward slashes.

    The file's own name decides before its folders, the innermost folder before the outer ones. Documents keep their
    role wherever they are, and all else in a folder of tests is a part of them.
    """
    *folders, name = path.split("/")
    if (template := _OF_MACHINES.fullmatch(name)) is not None:
        name = template[1]
    if name.lower() not in _PACKAGING:
        named = (role for pattern, role in _NAMES if pattern.fullmatch(name))
        placed = (role for pattern, role in _PATHS if pattern.search(path))
        known = next(named, None) or next(placed, None)
        if known is not None:
            return known if known is FileRole.DOCUMENTATION else _outer_test(folders) or known
    is_deployed = not _DEPLOYED.isdisjoint(folder.lower() for folder in folders)
    for place, folder in reversed(list(enumerate(folders))):
        role = None if is_deployed and folder == "templates" else _folder_role(folder)
        if role is not None and (role is FileRole.TEST or not _is_package(folders[:place])):
            return _outer_test(folders) or role
    return FileRole.PRODUCTION


def _folder_role(folder: str) -> FileRole | None:
    named = (role for pattern, role in _PROJECTS if pattern.fullmatch(folder))
    return _FOLDERS.get(folder.lower()) or next(named, None)


def _is_package(above: list[str]) -> bool:
    """Whether a folder is a part of a package's name: `src/main/java/com/example` is no example."""
    return "src" in above and any(folder in {"java", "kotlin"} for folder in above)


def _outer_test(folders: list[str]) -> FileRole | None:
    is_test = any(_folder_role(folder) is FileRole.TEST for folder in folders)
    return FileRole.TEST if is_test else None
