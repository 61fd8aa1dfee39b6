"""Java and Kotlin: every spelling is compiled by itself, and all run in one virtual machine."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from conformance.catalogue import FOLDER, Spelling
from conformance.minting.process import DOES_NOT_COMPILE, Minter, Results, missing_commands, run, stopped, written

_HOME = FOLDER / "jvm"
_POM = "{http://maven.apache.org/POM/4.0.0}"


def minter(*artifacts: str) -> Minter:
    """What mints with these artifacts of the project file."""
    return Minter(lambda: missing_commands("java", "mvn", "faketime"), _mint, lambda: _versions(artifacts))


def _mint(listed: Sequence[Spelling], times: Sequence[int]) -> list[Results]:
    with written(listed) as (root, files):
        libraries = _libraries(root)
        java = ["java", "-XX:TieredStopAtLevel=1", "-cp", libraries, str(_HOME / "Mint.java")]
        job: dict[str, object] = {"files": [str(file) for file in files], "libraries": libraries}
        compiled = json.loads(run(java, {**job, "compile": True}))
        found = [json.loads(run(stopped(now, java), {**job, "compile": False})) for now in times]
    return [
        [made if fine else DOES_NOT_COMPILE for made, fine in zip(results, compiled, strict=True)] for results in found
    ]


def _libraries(root: Path) -> str:
    """The class path of the project."""
    listed = root / "class-path"
    run(["mvn", "--quiet", "--batch-mode", "dependency:build-classpath", f"-Dmdep.outputFile={listed}"], cwd=_HOME)
    return listed.read_text(encoding="utf-8").strip()


def _versions(artifacts: Sequence[str]) -> dict[str, str]:
    project = ET.parse(_HOME / "pom.xml")  # noqa: S314 - our own file
    found = {
        it.findtext(f"{_POM}artifactId"): it.findtext(f"{_POM}version") for it in project.iter(f"{_POM}dependency")
    }
    return {name: found[name] or "" for name in artifacts}
