"""The plugin for detect-secrets, run by the real detect-secrets command."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import jwt
import pytest
from detect_secrets.settings import transient_settings

from lk_audit import detect_secrets_plugin
from lk_audit.detect_secrets_plugin import LiveKitApiSecretDetector, LiveKitTokenDetector
from tests.samples import SECRET

ROOT = Path(__file__).parent.parent
PLUGIN = ROOT / "lk_audit" / "detect_secrets_plugin.py"
KEY = "APIexample23456"
OTHER = SECRET[::-1]
API_SECRET, TOKEN_TYPE = LiveKitApiSecretDetector.secret_type, LiveKitTokenDetector.secret_type
SETTINGS = {
    "plugins_used": [],
    "filters_used": [{"path": "detect_secrets.filters.heuristic.is_indirect_reference"}],
}


def token() -> str:
    now = int(time.time())
    claims = {"iss": KEY, "sub": "someone", "nbf": now, "exp": now + 600, "video": {"roomJoin": True, "room": "lobby"}}
    return jwt.encode(claims, SECRET, algorithm="HS256")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with secrets of all kinds."""
    write(
        tmp_path,
        {
            "settings.env": f"LIVEKIT_API_KEY={KEY}\nLIVEKIT_API_SECRET={SECRET}\nLIVEKIT_TOKEN={token()}\n",
            "app.py": f'from livekit import api\n\ntoken = api.AccessToken("{KEY}", "{SECRET}")\n',
            "server/livekit.yaml": f"port: 7880\nkeys:\n  {KEY}: {SECRET}\n",
            "compose.yml": f'livekit:\n  image: x\n  ports: []\n  environment:\n    - "LIVEKIT_KEYS={KEY}: {SECRET}"\n',
            ".env.example": "LIVEKIT_API_KEY=your-key\nLIVEKIT_API_SECRET=your-secret\n",
            "README.md": "Set `LIVEKIT_API_SECRET=<secret>`, or ask for a token.\n",
        },
    )
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    return tmp_path


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def run(folder: Path, *command: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "dumb"}
    return subprocess.run(
        [sys.executable, "-m", *map(str, command)],
        cwd=folder,
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


def scan(folder: Path, *arguments: str) -> dict[str, Any]:
    done = run(folder, "detect_secrets", "scan", "-p", PLUGIN, *arguments)
    assert done.returncode == 0, done.stderr
    baseline: dict[str, Any] = json.loads(done.stdout)
    return baseline


def found(baseline: dict[str, Any]) -> set[tuple[str, int, str]]:
    return {
        (path, item["line_number"], item["type"])
        for path, items in baseline["results"].items()
        for item in items
        if item["type"] in (API_SECRET, TOKEN_TYPE)
    }


def lines_of(folder: Path, name: str, text: str, arguments: Sequence[str] = ()) -> list[int]:
    write(folder, {name: text})
    return sorted(line for _, line, _ in found(scan(folder, "--all-files", *arguments)))


# --- scan -------------------------------------------------------------------------------------------------------------


def test_a_scan_writes_secrets_and_tokens_with_their_lines_into_the_baseline(project: Path) -> None:
    assert found(scan(project)) == {
        ("settings.env", 2, API_SECRET),
        ("settings.env", 3, TOKEN_TYPE),
        ("app.py", 3, API_SECRET),
        ("server/livekit.yaml", 3, API_SECRET),
        ("compose.yml", 5, API_SECRET),
    }


def test_the_baseline_holds_hashes_and_no_secret(project: Path) -> None:
    baseline = scan(project)
    text = json.dumps(baseline)
    hashes = {item["hashed_secret"] for items in baseline["results"].values() for item in items}

    assert SECRET not in text
    assert token().split(".")[1] not in text
    assert hashlib.sha1(SECRET.encode()).hexdigest() in hashes  # noqa: S324 - what detect-secrets writes


def test_several_processes_find_the_same(project: Path) -> None:
    done = run(project, "detect_secrets", "-c", "2", "scan", "-p", PLUGIN)

    assert found(json.loads(done.stdout)) == found(scan(project))


def test_files_with_placeholders_and_references_only_give_nothing(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            ".env": "LIVEKIT_API_KEY=\nLIVEKIT_API_SECRET=<your api secret>\nVITE_LIVEKIT_URL=wss://x.livekit.cloud\n",
            "compose.yml": "services:\n  a:\n    environment:\n      LIVEKIT_API_SECRET: ${LIVEKIT_API_SECRET}\n",
            "app.py": 'import os\n\nsecret = os.environ["LIVEKIT_API_SECRET"]\n',
            "README.md": "LIVEKIT_API_SECRET=your-api-secret\n",
        },
    )

    assert found(scan(tmp_path, "--all-files")) == set()


def test_published_development_values_are_no_secrets(tmp_path: Path) -> None:
    assert lines_of(tmp_path, "prod.env", "LIVEKIT_API_KEY=devkey\nLIVEKIT_API_SECRET=secret\n") == []


def test_a_line_that_a_pragma_allows_is_left_out(tmp_path: Path) -> None:
    text = (
        f'from livekit import api\na = api.AccessToken("{KEY}", "{SECRET}")  # pragma: allowlist secret\n'
        f'# pragma: allowlist nextline secret\nb = api.AccessToken("{KEY}", "{OTHER}")\n'
    )

    assert lines_of(tmp_path, "app.py", text) == []


def test_a_pragma_counts_on_a_line_that_detect_secrets_does_not_read(tmp_path: Path) -> None:
    text = f'a:\n  image: x\n  environment:\n    - "LIVEKIT_KEYS={KEY}: {SECRET}"  # pragma: allowlist secret\n'

    assert lines_of(tmp_path, "compose.yml", text) == []


def test_the_user_excludes_lines(tmp_path: Path) -> None:
    text = f'from livekit import api\na = api.AccessToken("{KEY}", "{SECRET}")\n'

    assert lines_of(tmp_path, "app.py", text) == [2]
    assert lines_of(tmp_path, "app.py", text, ["--exclude-lines", "AccessToken"]) == []


def test_a_suppression_of_lk_audit_counts(tmp_path: Path) -> None:
    text = f"LIVEKIT_API_SECRET={SECRET}  # lk-audit: ignore[leaked-api-secret] test server\n"

    assert lines_of(tmp_path, ".env", text) == []


def test_an_encoded_secret_is_reported_as_it_stands_in_the_file(tmp_path: Path) -> None:
    encoded = base64.b64encode(SECRET.encode()).decode()
    write(
        tmp_path, {"k.yaml": f"apiVersion: v1\nkind: Secret\nmetadata: {{}}\ndata:\n  LIVEKIT_API_SECRET: {encoded}\n"}
    )

    items = scan(tmp_path, "--all-files")["results"]["k.yaml"]

    hashes = {item["hashed_secret"] for item in items if item["type"] == API_SECRET}
    assert hashes == {hashlib.sha1(encoded.encode()).hexdigest()}  # noqa: S324 - what detect-secrets writes


def test_a_file_in_another_encoding_does_not_stop_the_scan(tmp_path: Path) -> None:
    (tmp_path / "latin.env").write_bytes(f"# caf\xe9\nLIVEKIT_API_SECRET={SECRET}\n".encode("latin-1"))
    write(tmp_path, {".env": f"LIVEKIT_API_SECRET={SECRET}\n"})

    assert (".env", 1, API_SECRET) in found(scan(tmp_path, "--all-files"))


def test_a_piece_of_text_is_judged_alone(tmp_path: Path) -> None:
    def verdicts(text: str) -> list[str]:
        done = run(tmp_path, "detect_secrets", "scan", "-p", PLUGIN, "--string", text)
        assert done.returncode == 0, done.stderr
        return [line.split(":")[1].split()[0] for line in done.stdout.splitlines() if line.startswith("LiveKit")]

    assert verdicts(f"LIVEKIT_API_SECRET={SECRET}") == ["True", "False"]
    assert verdicts(f"token: {token()}") == ["False", "True"]
    assert verdicts("LIVEKIT_API_SECRET=your-secret") == ["False", "False"]


# --- baseline, hook and audit -----------------------------------------------------------------------------------------


def test_the_hook_passes_what_the_baseline_knows_and_stops_what_is_new(project: Path) -> None:
    (project / ".secrets.baseline").write_text(json.dumps(scan(project)))
    subprocess.run(["git", "add", "."], cwd=project, check=True)
    hook = ("detect_secrets.pre_commit_hook", "--baseline", ".secrets.baseline")

    known = run(project, *hook, "settings.env", "app.py", "compose.yml", "server/livekit.yaml")
    write(project, {"new.yaml": f"livekit:\n  apiKey: {KEY}\n  apiSecret: {OTHER}\n"})
    new = run(project, *hook, "new.yaml")

    assert (known.returncode, known.stdout) == (0, "")
    assert new.returncode == 1
    assert API_SECRET in new.stdout
    assert OTHER not in new.stdout


def test_a_baseline_may_name_a_file_of_the_repository_instead_of_an_absolute_path(project: Path) -> None:
    write(
        project,
        {"livekit.py": "from lk_audit.detect_secrets_plugin import LiveKitApiSecretDetector, LiveKitTokenDetector\n"},
    )
    done = run(project, "detect_secrets", "scan", "-p", "livekit.py")
    baseline = project / ".secrets.baseline"
    baseline.write_text(done.stdout.replace(f"file://{project}/", "file://"))

    again = run(project, "detect_secrets", "scan", "--baseline", baseline.name)

    assert again.returncode == 0, again.stderr
    assert found(json.loads(baseline.read_text())) == found(scan(project))
    assert '"path": "file://livekit.py"' in baseline.read_text()


def test_an_audit_reports_every_secret_of_the_baseline(project: Path) -> None:
    (project / ".secrets.baseline").write_text(json.dumps(scan(project)))

    done = run(project, "lk_audit.detect_secrets_plugin", "audit", "--report", ".secrets.baseline")

    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)["results"]
    lines = {item["filename"]: set(item["lines"]) for item in results if API_SECRET in item["types"]}
    assert lines["settings.env"] == {"2"}
    assert lines["app.py"] == {"3"}
    assert lines["server/livekit.yaml"] == {"3"}
    assert set(lines) == {"settings.env", "app.py", "server/livekit.yaml", "compose.yml"}


def test_an_interactive_audit_shows_the_secret_on_its_line(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": f'from livekit import api\ntoken = api.AccessToken("{KEY}", "{SECRET}")\n'})
    (tmp_path / "baseline").write_text(json.dumps(scan(tmp_path, "--all-files")))

    done = run(tmp_path, "lk_audit.detect_secrets_plugin", "audit", "baseline", stdin="n\n")

    assert "ERROR" not in done.stdout
    assert '"is_secret": true' in (tmp_path / "baseline").read_text()


# --- costs ------------------------------------------------------------------------------------------------------------


def test_a_file_is_analysed_once_whatever_its_lines_and_again_when_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    analysis = Mock(wraps=detect_secrets_plugin._in_source)  # noqa: SLF001 - counted
    monkeypatch.setattr(detect_secrets_plugin, "_in_source", analysis)
    file = tmp_path / "a.env"
    file.write_text(f"LIVEKIT_API_SECRET={SECRET}\n" + "X=1\n" * 50)
    detectors = (LiveKitApiSecretDetector(), LiveKitTokenDetector())

    def secrets() -> list[int]:
        lines = file.read_text().splitlines()
        return [
            secret.line_number
            for number, line in enumerate(lines, 1)
            for detector in detectors
            for secret in detector.analyze_line(str(file), line, number)
        ]

    with transient_settings(SETTINGS):
        first = secrets()
        file.write_text("\n" + file.read_text())
        second = secrets()

    assert (first, second, analysis.call_count) == ([1], [2], 2)


def test_a_file_that_says_nothing_of_livekit_does_not_load_the_analysis(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("password = 'hunter2hunter2'\n")
    script = (
        "import sys; from detect_secrets.main import main; main(sys.argv[1:]);"
        "heavy = ('tree_sitter', 'lk_audit.scanning.pipeline', 'lk_audit.scanning.extraction');"
        "sys.exit(any(name in sys.modules for name in heavy))"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, "scan", "-p", str(PLUGIN), "a.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0


def test_a_line_of_a_file_that_is_gone_is_judged_alone(tmp_path: Path) -> None:
    line = f"LIVEKIT_API_SECRET={SECRET}"

    secrets = LiveKitApiSecretDetector().analyze_line(str(tmp_path / "gone" / ".env"), line, 7)

    assert [(secret.line_number, secret.secret_value) for secret in secrets] == [(7, SECRET)]


def test_the_command_prints_the_path_of_the_plugin(tmp_path: Path) -> None:
    assert run(tmp_path, "lk_audit", "detect-secrets-plugin").stdout == f"{PLUGIN}\n"
