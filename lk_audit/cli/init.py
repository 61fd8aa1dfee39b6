"""`lk-audit init`."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from msgspec import Struct

from lk_audit import __version__
from lk_audit.cli import onboarding
from lk_audit.cli.saying import say_line, say_quoted
from lk_audit.errors import UsageError
from lk_audit.facts import FileRole
from lk_audit.files.discovery import discover
from lk_audit.files.replacing import put
from lk_audit.frontends import frontend_for
from lk_audit.git.process import Git
from lk_audit.presence import is_there
from lk_audit.reporters.wording import shown_path
from lk_audit.roles import file_role

_NOT_REAL = (FileRole.EXAMPLE, FileRole.TEST, FileRole.DOCUMENTATION)
_HOOK_FILES = frozenset({onboarding.HOOKS_FILE, onboarding.PREK_FILE})


class _Change(Struct, frozen=True):
    """What becomes of a file: its name in the repository, its text now (None when it is not there) and then."""

    name: str
    before: str | None
    after: str

    @property
    def is_new(self) -> bool:
        return self.before is None


@click.command("init")
@click.option(
    "--hook/--no-hook", default=True, help=f"Add the hook to {onboarding.HOOKS_FILE}, or to {onboarding.PREK_FILE}."
)
@click.option("--workflow/--no-workflow", default=True, help=f"Write {onboarding.WORKFLOW_FILE}.")
@click.option("--config/--no-config", default=True, help=f"Write {onboarding.CONFIG_FILE}.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--force", is_flag=True, help="Overwrite a workflow and a configuration that are there.")
@click.option("--repository", metavar="URL", help="Where to get lk-audit from; known when it was installed from there.")
@click.option("--rev", metavar="REV", help="The tag or commit to get from there.")
def init_command(  # noqa: PLR0913, PLR0917 - one parameter an option
    hook: bool,
    workflow: bool,
    config: bool,
    dry_run: bool,
    force: bool,
    repository: str | None,
    rev: str | None,
) -> None:
    """Set up a repository: a hook for pre-commit, a workflow for GitHub, a configuration.

    What is there stays as it is: the hook is added to the others, other files are overwritten with --force only.
    """
    root = _root(Path.cwd())
    origin = _origin(repository, rev) if hook or workflow else None
    changes: list[_Change] = []
    if hook and origin:
        changes.append(_hook(root, origin))
    if workflow and origin:
        changes.append(_new(root, onboarding.WORKFLOW_FILE, onboarding.workflow(origin, _branch(root)), force=force))
    if config and not _is_configured(root):
        changes.append(_new(root, onboarding.CONFIG_FILE, onboarding.CONFIG, force=force))
    elif config:
        say_line("pyproject.toml holds a configuration of lk-audit already")
    _must_stay_inside(root, changes)
    for change in changes:
        say_quoted(_applied(root, change, dry_run=dry_run))
    for line in _advice(root, changes):
        say_line(line)


def _must_stay_inside(root: Path, changes: Sequence[_Change]) -> None:
    for change in changes:
        if not (root / change.name).resolve().is_relative_to(root.resolve()):
            raise UsageError(f"{change.name} leads out of the repository; replace the link, or leave that part out")


def _root(folder: Path) -> Path:
    """The repository around a folder, else the folder."""
    return next((place for place in (folder, *folder.parents) if is_there(place / ".git")), folder)


def _origin(address: str | None, revision: str | None) -> onboarding.Origin:
    known = onboarding.installed_origin()
    if address is not None:
        return onboarding.Origin(address, revision or f"v{__version__}")
    if known is None:
        raise UsageError(
            "lk-audit was not installed from a repository, so say which one hooks and workflows shall take it from: "
            "--repository https://github.com/OWNER/lk-audit; or pass --no-hook --no-workflow"
        )
    return onboarding.Origin(known.address, revision or known.revision)


def _text(file: Path) -> str | None:
    try:
        return file.read_bytes().decode("utf-8") if is_there(file) else None
    except OSError as error:
        raise UsageError(f"cannot read {file.name}: {error.strerror or type(error).__name__}") from None
    except UnicodeDecodeError:
        raise UsageError(f"cannot read {file.name}: it is not UTF-8") from None


def _hook(root: Path, origin: onboarding.Origin) -> _Change:
    """The hook, in the file that is there; prek reads its own before the one that it shares with pre-commit."""
    name = onboarding.PREK_FILE if is_there(root / onboarding.PREK_FILE) else onboarding.HOOKS_FILE
    before = _text(root / name)
    add = onboarding.with_prek_hook if name == onboarding.PREK_FILE else onboarding.with_hook
    return _Change(name, before, add(before or "", origin))


def _new(root: Path, name: str, text: str, *, force: bool) -> _Change:
    before = _text(root / name)
    return _Change(name, before, text if before is None or force else before)


def _branch(root: Path) -> str:
    """The branch that pushes go to: the one that the remote calls its own, else the current one, else main."""
    for name in ("refs/remotes/origin/HEAD", "HEAD"):
        told = os.fsdecode(Git(root).attempt("symbolic-ref", "--short", name) or b"").strip()
        if told:
            return told.removeprefix("origin/")
    return "main"


def _is_configured(root: Path) -> bool:
    try:
        document = tomllib.loads(_text(root / "pyproject.toml") or "")
    except tomllib.TOMLDecodeError:
        return False
    tools = document.get("tool")
    return isinstance(tools, dict) and "lk-audit" in tools


def _applied(root: Path, change: _Change, *, dry_run: bool) -> str:
    """What is told of a change, which is made unless only shown."""
    if change.before == change.after:
        hint = "" if change.name in _HOOK_FILES else "; --force writes it anew"
        return f"{change.name} is there already{hint}\n"
    if dry_run:
        return _difference(change)
    file = root / change.name
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        put(file, change.after.encode())
    except OSError as error:
        raise UsageError(f"cannot write {change.name}: {error.strerror or type(error).__name__}") from None
    return f"{change.name} {'written' if change.is_new else 'changed'}\n"


def _difference(change: _Change) -> str:
    lines = difflib.unified_diff(
        (change.before or "").splitlines(keepends=True),
        change.after.splitlines(keepends=True),
        "/dev/null" if change.is_new else f"a/{change.name}",
        f"b/{change.name}",
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _advice(root: Path, changes: list[_Change]) -> Iterator[str]:
    names = {change.name for change in changes}
    if names & _HOOK_FILES:
        yield "next: prek install" if onboarding.PREK_FILE in names else "next: pre-commit install (or prek install)"
    for path in _uncovered(root):
        name = shown_path(Path(path).name)
        yield f"{shown_path(path)} is not ignored by git, and is made for secrets: add the line {name} to .gitignore"


def _uncovered(root: Path) -> list[str]:
    """The environment files, examples aside, that git would commit or has committed."""
    if not is_there(root / ".git"):
        return []
    names = [file.path for file in discover([root], folder=root).files]
    return [
        name for name in names if frontend_for(name) == "dotenv" and "env" in name and file_role(name) not in _NOT_REAL
    ]
