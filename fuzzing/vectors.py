"""Values that the suites of others expect, against those that are read here."""

from __future__ import annotations

import ast
import base64
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from lk_audit import frontends
from lk_audit.frontends.shapes import MAX_DEPTH
from lk_audit.livekit.tokens import find_tokens, read_token, signing_secret
from lk_audit.secret import Secret
from lk_audit.source import Source
from lk_audit.syntax import Document, Pair


def differences(repository: str, folder: Path) -> list[str]:
    """What is read in another way than a suite says, a line each."""
    check = _CHECKS.get(repository)
    return list(check(folder)) if check is not None else []


def _pairs(path: str, text: str) -> list[Pair]:
    parsed = frontends.parse(Source.from_bytes(path, text.encode()))
    return [pair for tree in parsed if isinstance(tree, Document) for pair in tree.pairs]


# --- environment files ------------------------------------------------------------------------------------------------

_EQUAL = re.compile(r"t\.equal\((?:parsed|multiParsed)\.(\w+), ('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")")
_CUT_AT_ANY_NUMBER_SIGN = frozenset({"INLINE_COMMENTS_SPACE"})
"""node-dotenv ends a value at any `#`; Docker, python-dotenv and shells only at one after white space."""


def _dotenv(folder: Path) -> Iterator[str]:
    for script, file in (("test-parse.js", ".env"), ("test-parse-multiline.js", ".env.multiline")):
        text = (folder / "tests" / script).read_text(encoding="utf-8")
        pairs = _pairs(".env", (folder / "tests" / file).read_text(encoding="utf-8"))
        found = {pair.path[0]: pair.value for pair in pairs if not pair.commented and len(pair.path) == 1}
        for name, written in _EQUAL.findall(text):
            expected = ast.literal_eval(written)
            value = found.get(name)
            is_read = value is not None and expected in (value, _expanded(value))
            if not is_read and name not in _CUT_AT_ANY_NUMBER_SIGN:
                yield f"{file}: {name} is {value!r}, not {expected!r}"


def _expanded(value: str) -> str:
    return value.replace("\\n", "\n").replace('\\"', '"').replace("\\'", "'")


def _python_dotenv(folder: Path) -> Iterator[str]:
    tree = ast.parse((folder / "tests" / "test_parser.py").read_text(encoding="utf-8"))
    for case in (node for node in ast.walk(tree) if isinstance(node, ast.Tuple) and len(node.elts) == _PAIR):
        text, bindings = case.elts
        if isinstance(text, ast.Constant) and isinstance(text.value, str) and isinstance(bindings, ast.List):
            expected = [_binding(item) for item in bindings.elts if isinstance(item, ast.Call)]
            yield from _compared_bindings(text.value, expected)


_PAIR = 2
_NAME = re.compile(r"[A-Za-z_][\w.-]*")


def _binding(call: ast.Call) -> tuple[str | None, str | None]:
    given = {item.arg: item.value.value for item in call.keywords if isinstance(item.value, ast.Constant)}
    key, value = given.get("key"), given.get("value")
    return (key if isinstance(key, str) else None), (value if isinstance(value, str) else None)


def _compared_bindings(text: str, expected: list[tuple[str | None, str | None]]) -> Iterator[str]:
    found = [(pair.path[0], pair.value) for pair in _pairs(".env", text) if not pair.commented]
    read = {(name, form) for name, value in found for form in (value, _expanded(value))}
    for name, value in expected:
        if name is not None and value is not None and _NAME.fullmatch(name) and (name, value) not in read:
            yield f"{text!r}: {name} is not {value!r}: {found}"


# --- YAML and JSON ----------------------------------------------------------------------------------------------------

_VISIBLE = {"␣": " ", "↵": "", "∎": "", "←": "\r", "⇔": "\ufeff"}


_OTHERWISE_IN_LIBYAML = frozenset({"652Z.yaml", "HM87.yaml", "Y2GN.yaml"})
"""`?` before a word in a flow collection, and a colon in an anchor: YAML 1.1 and 1.2 differ."""


def _yaml(folder: Path) -> Iterator[str]:
    for file in sorted((folder / "src").glob("*.yaml")):
        text = ""
        for number, case in enumerate(yaml.safe_load(file.read_text(encoding="utf-8"))):
            text = case.get("yaml", text)
            is_same = file.name not in _OTHERWISE_IN_LIBYAML
            if is_same and not case.get("fail") and not case.get("skip") and case.get("json") and _is_one(case):
                yield from _compared_yaml(f"{file.name}:{number}", _plain(text), case["json"])


_LEFT_ALONE = re.compile(r"=ALI|<(?!tag:yaml\.org,2002:)")
"""Aliases, and tags of applications: what they stand for is not known, and their text is kept as written."""


def _is_one(case: dict[str, Any]) -> bool:
    tree = case.get("tree", "")
    return tree.count("+DOC") == 1 and not _LEFT_ALONE.search(tree)


def _plain(text: str) -> str:
    text = re.sub("—*»", "\t", text)
    for mark, meant in _VISIBLE.items():
        text = text.replace(mark, meant)
    return text


def _compared_yaml(name: str, text: str, written: str) -> Iterator[str]:
    """YAML 1.1, which is what programs read, knows other constants than 1.2: texts are compared, nothing else."""
    try:
        expected = dict(_flat(json.loads(written), ()))
    except ValueError:
        return  # several documents
    parsed = [tree for tree in frontends.parse(Source.from_text("a.yaml", text)) if isinstance(tree, Document)]
    if any(tree.errors for tree in parsed):
        return  # libyaml cannot read it; it is read as text
    found = {(pair.path, pair.value) for tree in parsed for pair in tree.pairs}
    for path, value in expected.items():
        if isinstance(value, str) and path and "?" not in path and (path, value) not in found and value:
            same = [item for at, item in found if at == path]
            yield f"{name}: {'.'.join(path)} is {same or 'not there'}, not {value!r}"


def _flat(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:  # noqa: ANN401 - JSON
    if isinstance(value, dict | list) and len(path) < MAX_DEPTH:
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            yield from _flat(item, (*path, str(key)))
    else:
        yield path, value


def _json(folder: Path) -> Iterator[str]:
    for file in sorted((folder / "test_parsing").glob("y_*.json")):
        text = file.read_bytes().decode("utf-8", "replace")
        found = {(pair.path, pair.value) for pair in _pairs("a.json", text)}
        for path, value in _flat(json.loads(text), ()):
            if isinstance(value, str) and path and (path, value) not in found:
                yield f"{file.name}: {'.'.join(path)} is not {value!r}: {sorted(found)}"


# --- tokens -----------------------------------------------------------------------------------------------------------

_SEGMENTS = 3
RFC_7515_A1 = (
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
)
"""RFC 7515, appendix A.1: a token of HS256 with line breaks in its JSON."""


def _jws(folder: Path) -> Iterator[str]:
    """Whatever the vectors are: nothing raises, and a compact JWS with a JSON object in it is read."""
    for file in sorted((folder / "testvectors_v1").glob("json_web_*.json")):
        for group in json.loads(file.read_text(encoding="utf-8"))["testGroups"]:
            for test in group["tests"]:
                written = test.get("jws") or test.get("jwe") or test.get("jwt") or ""
                text = written if isinstance(written, str) else json.dumps(written)
                yield from (f"{file.name} {test['tcId']}: {message}" for message in _compared_token(text, group, test))
    token = read_token(RFC_7515_A1)
    if token is None or token.key_id != "joe" or not list(find_tokens(RFC_7515_A1.encode())):
        yield "the token of RFC 7515 is not read"


def _compared_token(text: str, group: dict[str, Any], test: dict[str, Any]) -> Iterator[str]:
    token = read_token(text)
    list(find_tokens(text.encode("utf-8", "replace")))
    if token is None and test["result"] == "valid" and _is_object(text):
        yield "a valid token is not read"
    key = group.get("private", {}).get("k")
    if token is not None and isinstance(key, str):
        signing_secret(token, [Secret(key)])


def _is_object(text: str) -> bool:
    pieces = text.split(".")
    if len(pieces) != _SEGMENTS:
        return False
    try:
        return all(isinstance(json.loads(base64.urlsafe_b64decode(piece + "==")), dict) for piece in pieces[:2])
    except ValueError:
        return False


_CHECKS: dict[str, Callable[[Path], Iterator[str]]] = {
    "motdotla/dotenv": _dotenv,
    "theskumar/python-dotenv": _python_dotenv,
    "yaml/yaml-test-suite": _yaml,
    "nst/JSONTestSuite": _json,
    "C2SP/wycheproof": _jws,
}
