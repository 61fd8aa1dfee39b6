"""A scan that is interrupted, or that cannot write, ends at once and leaves nothing behind."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import time
from pathlib import Path

import pytest

from lk_audit.machine import processes
from tests.git.repo import LEAK, new
from tests.hostile.running import command, environment, report, run

_MINT = "from livekit.api import AccessToken, VideoGrants\n" + "".join(
    f"def mint{number}(name):\n    grants = VideoGrants(room_join=True, room='r')\n"
    f"    return AccessToken('k', 's{number}').with_identity(name).with_grants(grants).to_jwt()\n"
    for number in range(60)
)
_PATIENCE = 20.0
pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A tree that several processes are busy with for some seconds."""
    tree = tmp_path / "tree"
    tree.mkdir()
    for number in range(24):
        (tree / f"mint{number}.py").write_text(_MINT)
    return tree


def started(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command("scan", *arguments),
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def members(group: int) -> list[int]:
    """The processes of a group that have not ended; Linux only."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if entry.name.isdigit() and fields[2] == str(group) and fields[0] != "Z":
            found.append(int(entry.name))
    return found


def is_empty(group: int) -> bool:
    """Whether a group has no process left, after a moment."""
    deadline = time.monotonic() + _PATIENCE
    while members(group):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.mark.parametrize("delay", [0.02, 0.3, 0.6, 1.2])
@pytest.mark.parametrize("jobs", ["1", "3"])
@pytest.mark.skipif(not processes.can_spread(), reason="looks into /proc")
def test_ctrl_c_ends_a_scan_at_once(work: Path, tmp_path: Path, delay: float, jobs: str) -> None:
    target = tmp_path / "report.json"
    process = started(work, "--jobs", jobs, "--output", str(target))
    time.sleep(delay)
    process.send_signal(0)
    os.killpg(process.pid, signal.SIGINT)
    begun = time.monotonic()
    out, err = process.communicate(timeout=_PATIENCE)

    assert time.monotonic() - begun < 10
    assert is_empty(process.pid)
    assert out == ""
    if process.returncode == 130:
        assert err.lstrip() == "lk-audit: interrupted\n"
        assert not target.exists()
    else:
        # Before the program could see to it, or after it was done.
        assert process.returncode in {-signal.SIGINT, 1, 0} or "lk_audit" not in err.partition("Traceback")[2]
    assert [item.name for item in tmp_path.iterdir() if item.name.startswith(".")] == []


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.skipif(not processes.can_spread(), reason="looks into /proc")
def test_a_terminated_scan_leaves_no_process_behind(work: Path, end: signal.Signals) -> None:
    process = started(work, "--jobs", "3")
    until_it_spreads(process)
    os.killpg(process.pid, end)
    _, err = process.communicate(timeout=_PATIENCE)

    assert (process.returncode, err.lstrip()) == (143, "lk-audit: terminated\n")
    assert is_empty(process.pid)


@pytest.mark.skipif(not processes.can_spread(), reason="looks into /proc")
def test_a_scan_that_shall_outlive_its_terminal_does(work: Path) -> None:
    """nohup(1) has the signal ignored."""
    hung_up = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    process = started(work, "--jobs", "3")
    signal.signal(signal.SIGHUP, hung_up)
    until_it_spreads(process)
    os.killpg(process.pid, signal.SIGHUP)
    process.communicate(timeout=6 * _PATIENCE)

    assert process.returncode == 1


@pytest.mark.skipif(not processes.can_spread(), reason="looks into /proc")
def test_a_scan_that_is_killed_takes_its_processes_along(work: Path) -> None:
    process = started(work, "--jobs", "3")
    until_it_spreads(process)
    process.kill()
    process.communicate(timeout=_PATIENCE)

    assert is_empty(process.pid)


@pytest.mark.skipif(not processes.can_spread(), reason="looks into /proc")
def test_a_killed_worker_costs_nothing(work: Path, tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    process = started(work, "--jobs", "3", "--output", str(target))
    workers = until_it_spreads(process)
    os.kill(workers[-1], signal.SIGKILL)
    process.communicate(timeout=6 * _PATIENCE)

    assert report(target)["errors"] == []
    assert {item["location"]["path"] for item in report(target)["findings"]} == {file.name for file in work.iterdir()}


def until_it_spreads(process: subprocess.Popen[str]) -> list[int]:
    """Wait for the workers of a scan; they are what it started."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        workers = [item for item in members(process.pid) if item != process.pid]
        if len(workers) >= 2:
            return workers
        time.sleep(0.01)
    pytest.fail("no workers")


def test_ctrl_c_leaves_a_clean_line_on_a_terminal(work: Path) -> None:
    outer, inner = pty.openpty()
    process = subprocess.Popen(
        command("scan", "--jobs", "1"),
        cwd=work,
        env=environment(TERM="xterm"),
        stdin=inner,
        stdout=inner,
        stderr=inner,
        start_new_session=True,
    )
    os.close(inner)
    seen = b""
    deadline = time.monotonic() + _PATIENCE
    while b"analysing" not in seen and time.monotonic() < deadline and process.poll() is None:
        seen += os.read(outer, 4096)
    process.send_signal(signal.SIGINT)
    process.wait(_PATIENCE)
    while part := _rest(outer):
        seen += part
    os.close(outer)

    assert process.returncode == 130
    assert seen.rstrip().endswith(b"\r\x1b[2K\r\nlk-audit: interrupted")


def _rest(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


# --- writing ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def leak(tmp_path: Path) -> Path:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "a.env").write_text(LEAK)
    return tree


def test_a_reader_that_goes_away_is_no_error(leak: Path) -> None:
    for number in range(300):
        (leak / f"a{number}.env").write_text(LEAK)
    piped = subprocess.run(
        ["/bin/sh", "-c", '"$0" "$@" | head -n 1', *command("scan", "--format", "json")[3:]],
        cwd=leak,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (piped.stdout, piped.stderr) == ("{\n", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_a_full_disk_is_one_clear_line(leak: Path, tmp_path: Path) -> None:
    outcome = run("scan", "--format", "json", "--output", "/dev/full", folder=leak, outputs=tmp_path)

    assert (outcome.code, outcome.err) == (2, "lk-audit: cannot write /dev/full: No space left on device\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
@pytest.mark.parametrize(
    "arguments",
    [
        *(("scan",), ("rules", "--format", "json"), ("explain", "LK101"), ("config",), ("cache", "dir")),
        *(("--help",), ("--version",), ("scan", "--help"), ("completion", "bash")),
    ],
)
def test_standard_output_that_takes_no_more_is_one_clear_line(leak: Path, arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            command(*arguments),
            cwd=leak,
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert (ended.returncode, ended.stderr) == (
        2,
        "lk-audit: cannot write standard output: No space left on device\n",
    )


def test_a_report_that_does_not_fit_is_not_cut_in_silence(leak: Path, tmp_path: Path) -> None:
    """Python writes what there is room for, and without a buffer (`python -u`) nobody hears of the rest."""
    target = tmp_path / "report.json"
    ended = subprocess.run(
        ["/bin/sh", "-c", f'ulimit -f 1; exec "$0" "$@" > {target}', *command("scan", "--format", "json")[3:]],
        cwd=leak,
        env=environment(PYTHONDONTWRITEBYTECODE="1", PYTHONUNBUFFERED="1"),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (ended.returncode, ended.stderr) == (2, "lk-audit: cannot write standard output: File too large\n")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_slow_reader_gets_all_of_a_report_whoever_else_writes_into_the_pipe(leak: Path, unbuffered: str) -> None:
    """A program of Node has its pipes answer at once, and its children inherit that."""
    for number in range(300):
        (leak / f"a{number}.env").write_text(LEAK)
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    process = subprocess.Popen(
        command("scan", "--format", "json"),
        cwd=leak,
        env=environment(PYTHONUNBUFFERED=unbuffered),
        stdout=writing,
        stderr=subprocess.PIPE,
    )
    os.close(writing)
    time.sleep(1.5)
    with os.fdopen(reading, "rb") as pipe:
        received = pipe.read()

    assert process.communicate(timeout=_PATIENCE)[1] == b""
    assert len(received) > 1 << 16
    assert json.loads(received)["summary"]["places"] == 301


def test_a_report_that_cannot_be_written_leaves_the_old_one(leak: Path, tmp_path: Path) -> None:
    """A limit on the size of files stands for a disk that is full in the middle."""
    target = tmp_path / "report.json"
    target.write_text("old")
    ended = subprocess.run(
        ["/bin/sh", "-c", 'ulimit -f 1; exec "$0" "$@"', *command("scan", "--output", str(target))[3:]],
        cwd=leak,
        env=environment(PYTHONDONTWRITEBYTECODE="1"),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (ended.returncode, ended.stderr) == (2, f"lk-audit: cannot write {target}: File too large\n")
    assert target.read_text() == "old"
    assert sorted(item.name for item in tmp_path.iterdir()) == ["report.json", "tree"]


def test_a_report_keeps_the_mode_of_the_file_it_replaces(leak: Path, tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    target.write_text("old")
    target.chmod(0o600)

    run("scan", "--output", str(target), folder=leak, outputs=tmp_path)

    assert target.stat().st_mode & 0o777 == 0o600
    assert report(target)["summary"]["places"] == 1


# --- repositories and configurations ----------------------------------------------------------------------------------


def test_a_broken_repository_is_scanned_as_a_folder(tmp_path: Path) -> None:
    for name, content in (("index", b"DIRC\xff" * 9), ("HEAD", b"\xff"), ("config", b"[")):
        repo = new(tmp_path / name)
        repo.commit("a.env", LEAK)
        (repo.root / ".git" / name).write_bytes(content)

        outcome = run("scan", folder=repo.root, outputs=tmp_path)

        assert (outcome.code, outcome.err) == (1, "")
        assert "a.env" in outcome.out


@pytest.mark.parametrize("content", ["gitdir: nowhere\n", "gitdir: .git\n", "", "gitdir: /dev/zero\n"])
def test_a_git_file_that_leads_nowhere_is_no_repository(leak: Path, tmp_path: Path, content: str) -> None:
    (leak / ".git").write_text(content)

    outcome = run("scan", folder=leak, outputs=tmp_path)

    assert (outcome.code, outcome.err) == (1, "")


def test_a_repository_of_somebody_else_is_scanned_as_a_folder(tmp_path: Path) -> None:
    """Git refuses it: git-config(1), safe.directory. The variable is that of git's own tests."""
    repo = new(tmp_path / "repo")
    repo.commit("a.env", LEAK)

    outcome = run("scan", folder=repo.root, outputs=tmp_path, GIT_TEST_ASSUME_DIFFERENT_OWNER="1")
    staged = run("scan", "--staged", folder=repo.root, outputs=tmp_path, GIT_TEST_ASSUME_DIFFERENT_OWNER="1")

    assert (outcome.code, outcome.err) == (1, "")
    assert staged.code == 2
    assert staged.err.startswith("lk-audit: git cannot open the repository")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("deep", "x = " + "[" * 100_000),
        ("deep keys", f"{'a.' * 20_000}a = 1"),
        ("large", "#" * 12_000_000),
        ("circle", 'extend = "lk-audit.toml"'),
        ("foreign", 'extend = "/etc/passwd"'),
        ("device", 'extend = "/dev/zero"'),
        ("pipe", 'extend = "pipe"'),
        ("number", f"x = {'9' * 100_000}"),
        ("binary", "\0" * 100),
        ("escapes", '"\\u001b]0;title\\u0007\\u202e" = 1'),
    ],
)
def test_a_hostile_configuration_is_one_clear_line(leak: Path, tmp_path: Path, name: str, content: str) -> None:
    os.mkfifo(leak / "pipe")
    (leak / "lk-audit.toml").write_text(content)

    outcome = run("scan", folder=leak, outputs=tmp_path, seconds=30)

    assert outcome.code == 2, name
    assert outcome.err.startswith("lk-audit: ")
    assert outcome.err.count("\n") == 1
    assert not set("\x1b\x07\u202e") & set(outcome.err)
    assert len(outcome.err) < 1000


@pytest.mark.parametrize("content", ["{" * 100_000, "\0", "x" * 60_000_000, '{"a":' * 100_000], ids=len)
def test_a_hostile_baseline_is_one_clear_line(leak: Path, tmp_path: Path, content: str) -> None:
    (tmp_path / "baseline").write_text(content)

    outcome = run("scan", "--baseline", str(tmp_path / "baseline"), folder=leak, outputs=tmp_path, seconds=30)

    assert outcome.code == 2
    assert outcome.err.startswith("lk-audit: ")
    assert outcome.err.count("\n") == 1
    assert len(outcome.err) < 1000


def test_a_pipe_or_device_that_is_named_is_not_opened(leak: Path, tmp_path: Path) -> None:
    os.mkfifo(leak / "pipe.env")

    outcome = run("scan", "pipe.env", "/dev/zero", "a.env", folder=leak, outputs=tmp_path, seconds=30)

    assert outcome.code == 1
    assert outcome.out.count("not a regular file") == 2
