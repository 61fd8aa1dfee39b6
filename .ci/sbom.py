"""The software bill of materials of a built wheel: lk-audit and everything that it brings along, as CycloneDX.

`python .ci/sbom.py WHEEL LOCK OUTPUT` installs the locked versions and the wheel in a fresh environment, with their
hashes checked and without building anything, and describes what is there. The same wheel and lock give the same
bytes on the same platform. The document is validated against the schema of CycloneDX before it is written.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

_ARGUMENTS = 4
_NO_PART = ("pip", "poetry-core", "setuptools")
"""What is in the environment to install the rest, and no part of lk-audit."""


def main() -> int:
    """Write the SBOM; 2 for wrong arguments."""
    if len(sys.argv) != _ARGUMENTS:
        print(__doc__, file=sys.stderr)
        return 2
    wheel, lock, output = (Path(word).absolute() for word in sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        python = environment(Path(folder), wheel, lock)
        document = about(described(python, Path(folder) / "sbom.json"), wheel)
    text = json.dumps(document, indent=2) + "\n"
    mistake = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if mistake:
        raise SystemExit(f"not CycloneDX: {mistake}")
    output.write_text(text, encoding="utf-8")
    print(f"{output.name}: lk-audit and {len(document['components'])} components")
    return 0


def environment(folder: Path, wheel: Path, lock: Path) -> Path:
    """The Python of an environment with the wheel and what the lock names."""
    venv.create(folder / "environment", with_pip=True)
    python = folder / "environment" / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:"]
    run(*pip, "--require-hashes", "--requirement", str(lock))
    run(*pip, "--no-deps", str(wheel))
    run(str(python), "-m", "pip", "check")
    run(str(python), "-m", "pip", "uninstall", "--quiet", "--yes", *_NO_PART)
    return python


def described(python: Path, output: Path) -> dict[str, Any]:
    """What is installed for a Python, as CycloneDX."""
    tool = shutil.which("cyclonedx-py", path=str(Path(sys.executable).parent)) or "cyclonedx-py"
    command = [tool, "environment", "--output-reproducible", "--spec-version=1.6", "--output-format=JSON"]
    run(*command, f"--output-file={output}", str(python))
    document: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
    return document


def about(document: dict[str, Any], wheel: Path) -> dict[str, Any]:
    """The document as one about the wheel, which it names by its hash; what is installed beside it are its parts."""
    subjects = [item for item in document["components"] if item["name"] == "lk-audit"]
    if len(subjects) != 1:
        raise SystemExit("lk-audit is not installed")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    subject = subjects[0] | {"type": "application", "hashes": [{"alg": "SHA-256", "content": digest}]}
    # Where it was installed from, on this machine, is of no interest to anybody.
    subject.pop("externalReferences", None)
    parts = [item for item in document["components"] if item["name"] != "lk-audit"]
    return document | {"metadata": document["metadata"] | {"component": subject}, "components": parts}


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a fixed program
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command[:3])}: {done.stdout}{done.stderr}")


if __name__ == "__main__":
    sys.exit(main())
