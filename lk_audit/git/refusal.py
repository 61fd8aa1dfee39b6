"""Why git does not tell what is in a repository, and what to do about it."""

from __future__ import annotations

from pathlib import Path

from lk_audit.git.process import Git, GitError, is_hopeless

_DUBIOUS = "dubious ownership"
"""What git says of a repository of another user, as in containers (git-config(1), `safe.directory`)."""
_NO_REPOSITORY = "not a git repository"
_TRUST = (
    "it belongs to another user, and git does not trust it; run"
    ' git config --global --add safe.directory "$(pwd)" in its root'
)
_WITHOUT = "read without git, so that tracked files that .gitignore names are missing"


def refusal(folder: Path) -> str | None:
    """Why git does not list the files of a folder in what looks like a repository; None where it is none."""
    if is_hopeless(folder):
        return "git does not answer in time; which files it has is not known"
    try:
        told, why = Git(folder).outcome("ls-files", "-z", "--cached", "--", ":(literal).git")
    except GitError as error:
        return f"{_WITHOUT}: {str(error).partition(';')[0]}; is it installed?"
    if told is not None or why.startswith(_NO_REPOSITORY):
        return None
    return f"{_WITHOUT}: {meaning(why)}"


def meaning(complaint: str) -> str:
    """What a complaint of git means, where that can be told in other words than its own."""
    return _TRUST if _DUBIOUS in complaint else complaint
