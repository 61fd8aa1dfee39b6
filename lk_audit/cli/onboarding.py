"""What `lk-audit init` writes into a repository: a hook, a workflow, a configuration. Text in, text out."""

from __future__ import annotations

import json
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any

import yaml
from msgspec import Struct

from lk_audit import __version__
from lk_audit.errors import UsageError
from lk_audit.patterns import regex

HOOKS_FILE = ".pre-commit-config.yaml"
PREK_FILE = "prek.toml"
WORKFLOW_FILE = ".github/workflows/lk-audit.yml"
CONFIG_FILE = "lk-audit.toml"

CONFIG = """\
# lk-audit: what a scan of this repository expects. `lk-audit scan --help` says what else can be set.

# The longest life a token may have. LiveKit checks a token only when its holder connects: a short one is no loss.
max-ttl = "1h"

# Findings of this severity and above fail: critical, high, medium, low, note, or never.
fail-on = "medium"
"""

# The actions as of their tags: actions/checkout v7.0.1.
_WORKFLOW = """\
name: lk-audit

on:
  push:
    branches: [%(branch)s]
  pull_request:

permissions: {}

concurrency:
  group: ${{ github.workflow }}-${{ github.ref }}
  cancel-in-progress: ${{ github.event_name == 'pull_request' }}

jobs:
  lk-audit:
    name: lk-audit
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions:
      contents: read
      security-events: write # to upload the report to code scanning
      actions: read # to upload it from a private repository
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - uses: %(action)s
"""
_ADDRESS = regex(r"[\w.:/@~+-]{1,500}")
_REVISION = regex(r"[\w./+-]{1,200}")
_GITHUB = regex(r"(?:https://github\.com/|(?:ssh://)?git@github\.com[:/])([\w.-]+/[\w.-]+?)(?:\.git)?/?")
_COMMIT = regex(r"[0-9a-f]{40}")


class Origin(Struct, frozen=True):
    """Where lk-audit comes from: the address of a repository, and a tag or commit in it.

    Raises:
        UsageError: one of them is none.
    """

    address: str
    revision: str

    def __post_init__(self) -> None:
        if not _ADDRESS.fullmatch(self.address):
            raise UsageError(f"not the address of a repository: {self.address!r}")
        if not _REVISION.fullmatch(self.revision):
            raise UsageError(f"not a tag or a commit: {self.revision!r}")

    @property
    def action(self) -> str:
        """How a workflow names it.

        Raises:
            UsageError: it is not on GitHub.
        """
        found = _GITHUB.fullmatch(self.address)
        if found is None:
            raise UsageError(f"a workflow can use lk-audit from GitHub only, not from {self.address}; --no-workflow")
        comment = f" # v{__version__}" if _COMMIT.fullmatch(self.revision) else ""
        return f"{found[1]}@{self.revision}{comment}"


def installed_origin() -> Origin | None:
    """Where this installation says it came from: its repository, or the address in its metadata; else None.

    Source: packaging.python.org, "Recording the Direct URL Origin of installed distributions" and "Core metadata".
    """
    try:
        found = distribution("lk-audit")
    except PackageNotFoundError:
        return None
    record: dict[str, Any] = json.loads(found.read_text("direct_url.json") or "{}")
    commit = record.get("vcs_info", {}).get("commit_id")
    if commit:
        return Origin(str(record["url"]), str(commit))
    addresses = (entry.partition(", ") for entry in found.metadata.get_all("Project-URL", []))
    known = {label.strip().lower(): address.strip() for label, _, address in addresses}
    address = known.get("repository") or known.get("source")
    return Origin(address, f"v{__version__}") if address else None


def workflow(origin: Origin, branch: str) -> str:
    """The workflow that scans pushes to a branch, and pull requests."""
    return _WORKFLOW % {"action": origin.action, "branch": json.dumps(branch)}


# --- prek -------------------------------------------------------------------------------------------------------------


def with_prek_hook(text: str, origin: Origin) -> str:
    """A `prek.toml` with lk-audit's hook; the same text when it has one.

    Raises:
        UsageError: the text is no such configuration, or is written so that nothing can be added.
    """
    try:
        repositories = tomllib.loads(text).get("repos", [])
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{PREK_FILE} is no TOML ({error}); correct it, or pass --no-hook") from None
    if isinstance(repositories, list) and any(_is_ours(item) for item in repositories):
        return text
    values = {"repo": origin.address, "rev": origin.revision}
    table = "".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items())
    extended = _joined(text, f'{chr(10) if text else ""}[[repos]]\n{table}hooks = [{{ id = "lk-audit" }}]\n')
    try:
        tomllib.loads(extended)
    except tomllib.TOMLDecodeError:
        raise _not_extensible(origin, PREK_FILE) from None
    return extended


# --- pre-commit -------------------------------------------------------------------------------------------------------


def with_hook(text: str, origin: Origin) -> str:
    """A pre-commit configuration with lk-audit's hook; the same text when it has one.

    Everything else in it stays as it is, comments included.

    Raises:
        UsageError: the text is no such configuration, or is written so that nothing can be added.
    """
    root = _composed(text)
    if root is None:
        return _joined(text, f"repos:\n{_entry(origin, 2)}")
    before = yaml.safe_load(text)
    repositories = before.get("repos") or [] if isinstance(before, dict) else None
    if not isinstance(repositories, list) or not isinstance(root, yaml.MappingNode):
        raise UsageError(f"{HOOKS_FILE} is no configuration of pre-commit; correct it, or pass --no-hook")
    if any(_is_ours(item) for item in repositories):
        return text
    extended = _extended(text, root, origin)
    # The edit is of text, so it is read back.
    after = yaml.safe_load(extended)
    if after.get("repos", [])[:-1] != repositories or not _is_ours(after["repos"][-1]):
        raise _not_extensible(origin)
    return extended


def _composed(text: str) -> yaml.Node | None:
    try:
        node: yaml.Node | None = yaml.compose(text, yaml.SafeLoader)
        yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" (line {mark.line + 1})" if mark else ""
        raise UsageError(f"{HOOKS_FILE} is no YAML{line}; correct it, or pass --no-hook") from None
    except RecursionError:
        raise UsageError(f"{HOOKS_FILE} is nested too deeply; pass --no-hook") from None
    return node


def _is_ours(item: object) -> bool:
    if not isinstance(item, dict):
        return False
    name = str(item.get("repo", "")).rstrip("/").removesuffix(".git").rpartition("/")[2]
    hooks = item.get("hooks")
    ids = [str(hook.get("id", "")) for hook in hooks if isinstance(hook, dict)] if isinstance(hooks, list) else []
    return name == "lk-audit" or any(id_.startswith("lk-audit") for id_ in ids)


def _extended(text: str, root: yaml.MappingNode, origin: Origin) -> str:
    pairs = {key.value: (key, value) for key, value in root.value if isinstance(key, yaml.ScalarNode)}
    if root.flow_style:
        raise _not_extensible(origin)
    if "repos" not in pairs:
        return _joined(text, f"repos:\n{_entry(origin, 2)}")
    key, value = pairs["repos"]
    if isinstance(value, yaml.SequenceNode) and value.value and not value.flow_style:
        indent = value.start_mark.column
        return _inserted(text, _end_of(text, value, indent), _entry(origin, indent))
    if value.value:
        raise _not_extensible(origin)
    # `repos: []` or `repos:` and nothing.
    start, end = key.end_mark.index, value.end_mark.index
    head = text[:start] + ":" if "[" in text[start:end] else text[: text.index(":", start) + 1]
    rest = text[end:] if "[" in text[start:end] else text[len(head) :]
    line, _, below = rest.partition("\n")
    return f"{head}{line.rstrip()}\n{_entry(origin, 2)}{below}"


def _end_of(text: str, sequence: yaml.SequenceNode, indent: int) -> int:
    """Where the last item of a sequence ends: behind its last line, and the comments that are indented like its own."""
    start = sequence.value[-1].start_mark.index
    end = position = text.find("\n", start) + 1 or len(text)
    while position < sequence.end_mark.index:
        following = text.find("\n", position) + 1 or len(text)
        line = text[position:following]
        bare = line.strip()
        if bare and (not bare.startswith("#") or len(line) - len(line.lstrip()) > indent):
            end = following
        position = following
    return end


def _inserted(text: str, index: int, entry: str) -> str:
    before = text[:index]
    newline = "\r\n" if "\r\n" in text else "\n"
    before += newline if before and not before.endswith("\n") else ""
    return before + entry.replace("\n", newline) + text[index:]


def _joined(text: str, entry: str) -> str:
    return _inserted(text, len(text), entry)


def _entry(origin: Origin, indent: int) -> str:
    comment = f"  # v{__version__}" if _COMMIT.fullmatch(origin.revision) else ""
    lines = [
        f"- repo: {origin.address}",
        f"  rev: {origin.revision}{comment}",
        "  hooks:",
        "    - id: lk-audit",
    ]
    return "".join(f"{' ' * indent}{line}\n" for line in lines)


def _not_extensible(origin: Origin, name: str = HOOKS_FILE) -> UsageError:
    entry = f"{{repo: {origin.address}, rev: {origin.revision}, hooks: [{{id: lk-audit}}]}}"
    return UsageError(f"{name} is written in a way that cannot be extended; add this to its repos: {entry}")
