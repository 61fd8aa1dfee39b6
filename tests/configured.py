"""A project with a configuration, for tests of the command line."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from tests.commandline import invoke
from tests.samples import SECRET

LEAK = f"LIVEKIT_API_KEY=APIexample23456\nLIVEKIT_API_SECRET={SECRET}\n"
URL = "LIVEKIT_URL=ws://live.acme.io:7880\n"


def write(folder: Path, path: str, text: str) -> Path:
    """Write a file below a folder, making the folders around it."""
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def scan(*arguments: str | os.PathLike[str]) -> dict[str, Any]:
    """The report of a scan as JSON."""
    result = invoke("scan", "--format", "json", *arguments)
    if result.exception is not None:
        raise result.exception
    document: dict[str, Any] = json.loads(result.output)
    return document


def found(*arguments: str | os.PathLike[str]) -> dict[str, list[str]]:
    """The rules that find something, by path; accepted findings left out."""
    rules: dict[str, list[str]] = {}
    for item in scan(*arguments)["findings"]:
        if item["suppressed"] is None:
            rules.setdefault(item["location"]["path"], []).append(item["rule_id"])
    return rules


def settings(*arguments: str | os.PathLike[str]) -> dict[str, Any]:
    """What `lk-audit config` tells."""
    result = invoke("config", "--json", *arguments)
    if result.exception is not None:
        raise result.exception
    document: dict[str, Any] = json.loads(result.output)
    return document
