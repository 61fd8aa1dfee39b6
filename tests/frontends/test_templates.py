"""YAML that a template makes (Helm, Jinja): read line by line, and only what is broken besides is an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from lk_audit import frontends
from lk_audit.cli import program as cli
from lk_audit.frontends.documents.templates import without_actions
from lk_audit.source import Source
from lk_audit.syntax import Document
from tests.samples import SECRET

HELM = """{{- if .Values.livekit.enabled }}
apiVersion: v1
kind: Secret
metadata:
  name: {{ include "app.name" . }}-livekit
  labels: {{- include "app.labels" . | nindent 4 }}
  {{- range $key, $value := dict
    "a" 1 }}
  {{ $key }}: {{ $value | quote }}
  {{- end }}
stringData:
  LIVEKIT_API_SECRET: {{ .Values.secret | default "SECRET" }}
{{- end }}
"""
JINJA = "{% for room in rooms %}\n- name: {{ room }}\n  api_secret: SECRET {# of #}\n{% endfor %}\n"
BROKEN = "livekit:\n  api_secret: SECRET\n {{ .a }} wrong: [\n"
WORKFLOW = "livekit:\n  api_secret: ${{ secrets.A }}\n wrong: [\n"


def parsed(text: str) -> Document:
    (document,) = frontends.parse(Source.from_text("livekit/a.yaml", text))
    assert isinstance(document, Document)
    return document


@pytest.mark.parametrize("text", [HELM, JINJA])
def test_a_template_has_no_errors_and_keeps_its_lines(text: str) -> None:
    document = parsed(text)

    assert document.errors == ()
    assert any(pair.path[-1].lower().endswith("api_secret") for pair in document.pairs)


@pytest.mark.parametrize("text", [BROKEN, WORKFLOW])
def test_what_is_broken_besides_is_an_error(text: str) -> None:
    assert len(parsed(text).errors) == 1


@pytest.mark.parametrize(
    ("data", "rest"),
    [
        (b"a: {{ .b }}-c\n", b"a: xxxxxxxx-c\n"),
        (b"a:\n  {{- if\n .b }}\r\n  c: 1\n", b"a:\n" + b" " * 8 + b"\n      \r\n  c: 1\n"),
        (b"{{ a }} {% b %}\n", b" " * 15 + b"\n"),
        (b"a: ${{ b }}\n", None),
        (b"a: {{ never ended\n{{ nor this\n", None),
        (b"plain: {a: b}\n", None),
    ],
)
def test_every_byte_that_is_left_stays_at_its_place(data: bytes, rest: bytes | None) -> None:
    assert without_actions(data) == rest


def test_a_chart_is_analysed_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "secret.yaml").write_text(HELM)

    assert cli.run(["scan", "--strict", "--isolated", "--fail-on", "never"]) == 0


def test_a_scan_that_strict_lets_fail_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text(BROKEN.replace("SECRET", SECRET))
    (tmp_path / "b.env").write_bytes(b"LIVEKIT_API_SECRET=\0\1\2\n")

    assert cli.run(["scan", "--strict", "--isolated", "--fail-on", "never"]) == 2
    assert capsys.readouterr().err == (
        "lk-audit: --strict: a.yaml and 1 other file could not be analysed in full, for the reasons in the report;"
        " --exclude leaves files out\n"
    )
