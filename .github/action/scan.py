"""The scan of the GitHub Action: its inputs as a command line, its reports as files, its results as outputs.

It reads its inputs from the environment, where action.yml puts them, and runs `lk-audit scan` with the Python it is run
with. It fails for nothing but wrong inputs: the report is uploaded first, then the last step fails with the exit code.

Source for the files and commands of a step: docs.github.com, "Workflow commands for GitHub Actions".
"""

from __future__ import annotations

import json
import os
import secrets
import shlex
import subprocess
import sys
from pathlib import Path, PurePosixPath

OPTIONS = ("fail-on", "min-severity", "max-ttl", "select", "ignore", "baseline", "config")
ENDINGS = {"json": "json", "text": "txt", "markdown": "md"}
SEVERITIES = ("critical", "high", "medium", "low", "note")
USAGE = 2
# A changed-file list longer than this many bytes may not fit a command line (2 MB on Linux, 32 KB on Windows).
LONGEST_LIST = 1_000_000 if os.name == "posix" else 20_000
# What a scanned repository configures for git must not run programs here.
GIT = ("git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")


class WrongInput(Exception):  # noqa: N818 - it names what it is
    """An input that cannot be used; the text says which and why."""


def main() -> int:
    """Scan, and write the outputs; 0 unless an input is wrong."""
    try:
        folder = working_directory()
        paths = wanted_paths(folder)
        code, sarif, counts = scan(folder, paths) if paths else (0, "", {"open": 0, "by_severity": {}})
    except WrongInput as error:
        print(f"::error title=lk-audit::{escaped(str(error))}", flush=True)
        code, sarif, counts = USAGE, "", {}
    write_outputs(code, sarif, counts)
    return 0


# --- inputs -----------------------------------------------------------------------------------------------------------


def text(name: str) -> str:
    """The input of that name, as action.yml hands it over."""
    return os.environ.get("LK_AUDIT_" + name.upper().replace("-", "_"), "").strip()


def flag(name: str) -> bool:
    value = text(name).lower() or "false"
    if value not in {"true", "false"}:
        raise WrongInput(f"{name}: write true or false, not {text(name)!r}")
    return value == "true"


def words(name: str) -> list[str]:
    """An input that holds several words, quoted as in a shell; on Windows backslashes are between folders."""
    lexer = shlex.shlex(text(name), posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.commenters = True, ""
    lexer.escape = "" if os.sep == "\\" else "\\"
    try:
        return list(lexer)
    except ValueError as error:
        raise WrongInput(f"{name}: {error}: {text(name)!r}") from None


def working_directory() -> Path:
    folder = Path(text("working-directory") or ".")
    if not folder.is_dir():
        raise WrongInput(f"working-directory: no such folder: {folder}")
    return folder


def wanted_paths(folder: Path) -> list[str]:
    """What to scan, relative to the folder; nothing when no file has changed."""
    paths = words("paths") or ["."]
    if not flag("diff-only"):
        return paths
    base = text("base") or base_of_event()
    if not base:
        say("this event changes no files: everything is scanned")
        return paths
    changed = [name for name in changed_files(folder, base) if any(is_inside(name, path) for path in paths)]
    if sum(len(name.encode()) + 1 for name in changed) > LONGEST_LIST:
        say(f"{counted(len(changed))}: everything is scanned")
        return paths
    say(f"{counted(len(changed))} since {base}")
    return changed


def counted(files: int) -> str:
    return "1 changed file" if files == 1 else f"{files} changed files"


def is_inside(name: str, path: str) -> bool:
    return PurePosixPath(name).is_relative_to(PurePosixPath(os.path.normpath(path).replace(os.sep, "/")))


# --- changes ----------------------------------------------------------------------------------------------------------


def base_of_event() -> str:
    """The commit that the event's changes begin at; empty for events that change nothing."""
    file = os.environ.get("GITHUB_EVENT_PATH", "")
    try:
        event = json.loads(Path(file).read_text(encoding="utf-8")) if file else {}
    except (OSError, ValueError):
        raise WrongInput(f"diff-only: the event cannot be read from {file}") from None
    base = (
        event.get("pull_request", {}).get("base", {}).get("sha")
        or event.get("merge_group", {}).get("base_sha")
        or event.get("before", "")
    )
    # A push of a new branch comes from nowhere.
    return base if isinstance(base, str) and base.strip("0") else ""


def changed_files(folder: Path, base: str) -> list[str]:
    """The files below the folder that have been added or changed since the base."""
    commit = known_commit(folder, base)
    ancestor = git(folder, "merge-base", commit, "HEAD")
    start = ancestor.stdout.strip() if ancestor.returncode == 0 else commit
    listed = git(folder, "diff", "--name-only", "-z", "--relative", "--diff-filter=ACMRT", start, "HEAD", "--")
    if listed.returncode != 0:
        raise WrongInput(f"diff-only: git cannot compare with {base}: {listed.stderr.strip()}")
    return sorted(name for name in listed.stdout.split("\0") if name and (folder / name).is_file())


def known_commit(folder: Path, base: str) -> str:
    """The full name of the base commit, fetched when a shallow checkout does not have it."""
    spelled = ("rev-parse", "--verify", "--quiet", "--end-of-options", base + "^{commit}")
    found = git(folder, *spelled)
    if found.returncode != 0:
        expect_repository(folder)
        git(folder, "fetch", "--quiet", "--no-tags", "--depth=1", "origin", "--", base)
        found = git(folder, *spelled)
    if found.returncode != 0:
        raise WrongInput(f"diff-only: the commit {base} is not here; check out with fetch-depth: 0")
    return found.stdout.strip()


def expect_repository(folder: Path) -> None:
    """Make sure that git works here, before it is said to lack something."""
    asked = git(folder, "rev-parse", "--git-dir")
    if "dubious ownership" in asked.stderr:
        raise WrongInput(
            "diff-only: git does not trust the checkout, which belongs to another user, as in a container; let a step"
            ' before this one run git config --global --add safe.directory "$GITHUB_WORKSPACE"'
        )
    if asked.returncode != 0:
        raise WrongInput(f"diff-only: git cannot tell what has changed: {asked.stderr.strip()}")


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 - fixed program; arguments are no shell's
            [*GIT, *arguments], cwd=folder, capture_output=True, encoding="utf-8", errors="surrogateescape", check=False
        )
    except OSError:
        raise WrongInput("diff-only: there is no git here to tell what has changed; install it, or scan all") from None


# --- the scan ---------------------------------------------------------------------------------------------------------


def scan(folder: Path, paths: list[str]) -> tuple[int, str, dict[str, object]]:
    """The exit code, the SARIF file and the counts of a scan."""
    temporary = Path(os.environ["RUNNER_TEMP"]).resolve()
    sarif = Path(text("sarif-file") or temporary / "lk-audit.sarif").absolute()
    files = {"sarif": sarif, **{style: temporary / f"lk-audit.{end}" for style, end in ENDINGS.items()}}
    for file in files.values():
        file.unlink(missing_ok=True)
    code = subprocess.run(command(files, paths), cwd=folder, check=False).returncode  # noqa: S603 - no shell reads it
    try:
        counts: dict[str, object] = json.loads(files["json"].read_text(encoding="utf-8"))["summary"]
    except (OSError, ValueError, KeyError):
        return code or USAGE, "", {}
    show(files["text"])
    if flag("summary"):
        summarize(files["markdown"])
    return code, str(sarif), counts


def command(files: dict[str, Path], paths: list[str]) -> list[str]:
    """The command line of the scan: one run, several reports. Annotations are what the runner reads in the log."""
    line = [sys.executable, "-I", "-m", "lk_audit", "scan"]
    # One argument each, so that no value can be an option of its own.
    line += [f"--{name}={text(name)}" for name in OPTIONS if text(name)]
    line += words("args")
    # Files in excluded folders are named when they change; they stay excluded.
    line += ["--force-exclude"] if flag("diff-only") else []
    for style, file in files.items():
        line += [f"--format={style}", f"--output={file}"]
    line += ["--format=github", "--output=-"] if flag("annotations") else []
    return [*line, "--", *paths]


def show(report: Path) -> None:
    """Write a report to the log. What is scanned is quoted in it, and must not speak to the runner."""
    token = secrets.token_hex(16)
    content = report.read_text(encoding="utf-8")
    print(f"::group::lk-audit\n::stop-commands::{token}\n{content}\n::{token}::\n::endgroup::", flush=True)


def summarize(report: Path) -> None:
    """Add a report to the job's summary, if the runner has one."""
    target = os.environ.get("GITHUB_STEP_SUMMARY")
    if target:
        with Path(target).open("a", encoding="utf-8") as file:
            file.write(report.read_text(encoding="utf-8"))


# --- results ----------------------------------------------------------------------------------------------------------


def write_outputs(code: int, sarif: str, counts: dict[str, object]) -> None:
    by_severity = counts.get("by_severity")
    each = by_severity if isinstance(by_severity, dict) else {}
    values = {"exit-code": code, "sarif-file": sarif, "findings": counts.get("open", "")}
    values |= {severity: each.get(severity, 0 if counts else "") for severity in SEVERITIES}
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as file:
        for name, value in values.items():
            # A path may hold anything; a delimiter that nobody can guess keeps it one value.
            end = secrets.token_hex(16)
            file.write(f"{name}<<{end}\n{value}\n{end}\n")


def say(message: str) -> None:
    print(f"lk-audit: {message}", flush=True)


def escaped(message: str) -> str:
    return message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


if __name__ == "__main__":
    sys.exit(main())
