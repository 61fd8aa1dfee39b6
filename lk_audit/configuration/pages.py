"""Settings as pages: what holds and why, the documentation, and the schema for editors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from lk_audit.configuration.files import OWN_NAMES, PYPROJECT
from lk_audit.configuration.layers import COMMAND_LINE, DEFAULT, Effective, Stated
from lk_audit.configuration.table import EXTEND, EXTEND_MEANING, SETTINGS, Merge, Setting
from lk_audit.configuration.values import Json
from lk_audit.reporters import Presentation
from lk_audit.reporters.screen import Painter, printable

SCHEMA = "lk-audit/config/1"
_DIALECT = "http://json-schema.org/draft-07/schema#"
"""What the editors' TOML plugins understand."""


# --- what holds -------------------------------------------------------------------------------------------------------


def settings_text(settings: Effective, running: tuple[int, int], presentation: Presentation) -> str:
    """The settings, one a line, with where they come from. `running` counts the rules that run, and all."""
    paint = Painter(color=presentation.color)
    width = max(len(setting.key) for setting in SETTINGS)
    lines = [_heading(settings), f"{running[0]} of {running[1]} rules run", ""]
    for setting in SETTINGS:
        stated = settings.stated(setting.key)
        origin = ", ".join(dict.fromkeys(item.origin for item in stated))
        value = printable(_shown(settings.raw(setting.key)))
        lines.append(
            f"{paint('strong', setting.key.ljust(width))}  {value}  {paint('faint', f'# {printable(origin)}')}"
        )
    return "\n".join(lines) + "\n"


def _heading(settings: Effective) -> str:
    if not settings.files:
        return "no configuration file"
    *bases, file = (printable(item.name) for item in settings.files)
    extended = f", which extends {', '.join(reversed(bases))}" if bases else ""
    return f"configured by {file}{extended}"


def _shown(raw: object) -> str:
    """A value as in TOML, on one line."""
    if isinstance(raw, dict):
        return (
            "{ " + ", ".join(f"{_toml_key(key)} = {_shown(item)}" for key, item in raw.items()) + " }" if raw else "{}"
        )
    if isinstance(raw, list | tuple):
        return f"[{', '.join(_shown(item) for item in raw)}]"
    return raw.isoformat() if isinstance(raw, date) else json.dumps(raw, ensure_ascii=False)


def _toml_key(key: str) -> str:
    return key if key.isascii() and key.replace("-", "").replace("_", "").isalnum() else json.dumps(key)


def settings_json(settings: Effective, running: tuple[int, int]) -> str:
    """The settings for programs."""
    document = {
        "schema": SCHEMA,
        "files": [file.name for file in settings.files],
        "rules": {"running": running[0], "known": running[1]},
        "settings": {
            setting.key: {
                "value": settings.raw(setting.key),
                "from": [_origin(item, setting.key) for item in settings.stated(setting.key)],
            }
            for setting in SETTINGS
        },
    }
    return json.dumps(document, indent=2, default=_shown) + "\n"


def _origin(stated: Stated, key: str) -> Json:
    if stated.source in {DEFAULT, COMMAND_LINE}:
        return {"kind": stated.source}
    return {"kind": "file", "file": stated.source, "line": stated.line, "key": key}


# --- schema -----------------------------------------------------------------------------------------------------------


def schema() -> Json:
    """The JSON schema of lk-audit.toml, and of the table `[tool.lk-audit]`."""
    properties: Json = {EXTEND: {"type": "string", "minLength": 1, "description": EXTEND_MEANING}}
    for setting in SETTINGS:
        default = {} if setting.default in ("", [], {}) else {"default": setting.default}
        properties[setting.key] = {**setting.kind.schema, "description": setting.meaning, **default}
    return {
        "$schema": _DIALECT,
        "title": "lk-audit configuration",
        "description": "What lk-audit.toml, or the table [tool.lk-audit] of pyproject.toml, may say.",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
    }


# --- documentation ----------------------------------------------------------------------------------------------------

_INTRODUCTION = f"""\
# Configuration

lk-audit needs none. What differs in a project stands in a file named `{OWN_NAMES[1]}` or `{OWN_NAMES[0]}`, or in the
table `[tool.lk-audit]` of `{PYPROJECT}`:

```toml
# lk-audit.toml
fail-on = "high"
max-ttl = "15m"
ignore = ["implicit-ttl"]
exclude = ["generated/"]

[per-path."tests/**"]
ignore = ["dev-credentials"]
```

## Which file counts

One file configures a scan: the closest one, in the folder that the paths of the report are relative to (the working
folder when all that is scanned lies in it, else the folder around it) or in a folder around that, up to the root of the
git repository. A configuration further down is not used, and the report says so. Two in one folder are an error.
`--config FILE` names another one, `--isolated` ignores all. `lk-audit config` shows what holds, and where each value
comes from.

The command line comes before the file, the file before what it extends, and that before the defaults. Path patterns are
those of `.gitignore` and start at the folder of the configuration; with `--config FILE`, at the folder that the paths
of the report are relative to.

## Configuration of code that is not yours

A scanned repository that brings a configuration can make its own scan milder: use `--isolated` where you do not trust
it. It cannot run code (there is no key for rules; name folders of rules with `--rules`), nor have any file overwritten
but one named `lk-audit*` in its own folder.

## In an editor

The JSON schema [config.schema.json](config.schema.json) completes and checks keys in editors with a TOML plugin: begin
the file with `#:schema` and its address.

## Settings
"""


def documentation() -> str:
    """docs/configuration.md."""
    return "\n".join([_INTRODUCTION, *_table(), "", *(_section(setting) for setting in SETTINGS), _extend_section()])


def _table() -> Iterator[str]:
    yield "| setting | kind | default | option |"
    yield "|---|---|---|---|"
    for setting in SETTINGS:
        option = f"`{setting.option}`" if setting.option else ""
        yield f"| [`{setting.key}`](#{setting.key}) | {setting.kind.name} | {_default(setting)} | {option} |"
    yield f"| [`{EXTEND}`](#{EXTEND}) | file | | |"


def _default(setting: Setting) -> str:
    return "" if setting.default in ("", [], {}) else f"`{_shown(setting.default)}`"


def _section(setting: Setting) -> str:
    merged = (
        "" if setting.merge is Merge.LAST else f"\n\nStated in several places (see `{EXTEND}`), {setting.merge.value}."
    )
    return f"### {setting.key}\n\n{setting.meaning}{merged}\n\n```toml\n{setting.example}\n```\n"


def _extend_section() -> str:
    return f'### {EXTEND}\n\n{EXTEND_MEANING}\n\n```toml\n{EXTEND} = "../lk-audit.toml"\n```\n'


def pages(root: Path) -> dict[Path, str]:
    """The generated files below the root of the project, and what belongs in them."""
    return {
        root / "docs" / "configuration.md": documentation(),
        root / "docs" / "config.schema.json": json.dumps(schema(), indent=2) + "\n",
    }
