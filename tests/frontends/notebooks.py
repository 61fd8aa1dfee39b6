"""Notebooks as Jupyter writes them, and what is read and found in them."""

from __future__ import annotations

import json
from typing import Any

from lk_audit import frontends
from lk_audit.findings import Report
from lk_audit.rule_api import Options
from lk_audit.rule_loader import load_builtin_rules
from lk_audit.scanning.pipeline import scan_sources
from lk_audit.source import Place, Source
from lk_audit.syntax import Call, Document, Module, Name, Pair, walk

SECRET = "q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa"
RULES = load_builtin_rules()
IMPORTS = "from livekit import api\nfrom datetime import timedelta\n"
LONG = "t = api.AccessToken().with_ttl(timedelta(days=3)).with_grants(api.VideoGrants(room_join=True, room='r'))\n"


def code(source: str, *outputs: dict[str, Any], lines: bool = True, **more: object) -> dict[str, Any]:
    written = source.splitlines(keepends=True) if lines else source
    return {"cell_type": "code", "metadata": {}, "source": written, "outputs": list(outputs), **more}


def markdown(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def stream(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text.splitlines(keepends=True)}


def notebook(*cells: dict[str, Any], language: str = "python", **more: Any) -> str:  # noqa: ANN401 - JSON
    metadata = {"kernelspec": {"language": language, "name": language}, **more}
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def source_of(text: str, path: str = "a.ipynb") -> Source:
    return frontends.view(Source.from_text(path, text))


def modules(text: str) -> list[Module]:
    return [part for part in frontends.parse(source_of(text)) if isinstance(part, Module)]


def pairs(text: str) -> list[Pair]:
    found = [part for part in frontends.parse(source_of(text)) if isinstance(part, Document)]
    return [pair for document in found for pair in document.pairs]


def called(module: Module) -> list[str]:
    return [node.callee.id for node in walk(module) if isinstance(node, Call) and isinstance(node.callee, Name)]


def scan(text: str, path: str = "a.ipynb") -> Report:
    report = scan_sources([Source.from_text(path, text)], RULES, Options(now=1_767_225_600.0))
    assert not report.crashes
    return report


def found(text: str) -> list[tuple[str, str]]:
    return [(item.rule_id, item.place.part) for item in scan(text).findings if item.is_open]


def written(text: str, place: Place) -> str:
    return text.encode()[place.start : place.end].decode()
