"""The table of settings, its schema for editors and its documentation say the same."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import jsonschema_rs
import pytest

from lk_audit.cli.scan import scan_command
from lk_audit.configuration.pages import pages, schema
from lk_audit.configuration.table import SETTINGS, Setting
from lk_audit.configuration.values import Scope
from lk_audit.rule_loader import load_rules
from lk_audit.suppression.comments import rule_names

ROOT = Path(__file__).parent.parent
RULES = rule_names(load_rules(packs=False).rules)
by_key = pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.key)


def test_the_generated_files_are_current() -> None:
    for file, text in pages(ROOT).items():
        assert file.read_text(encoding="utf-8") == text, "run: python -m lk_audit.rule_docs"


@by_key
def test_an_example_is_toml_that_the_checks_and_the_schema_take(setting: Setting, tmp_path: Path) -> None:
    document = tomllib.loads(setting.example)

    assert list(document) == [setting.key]
    setting.kind.read(document[setting.key], Scope(RULES, tmp_path))
    # Editors hand dates to a schema as texts.
    assert jsonschema_rs.is_valid(schema(), json.loads(json.dumps(document, default=str)))


@by_key
def test_a_default_is_a_value_that_the_checks_and_the_schema_take(setting: Setting, tmp_path: Path) -> None:
    if setting.default != "":
        setting.kind.read(setting.default, Scope(RULES, tmp_path))
        assert jsonschema_rs.is_valid(schema(), {setting.key: setting.default})


@by_key
def test_an_option_of_a_setting_is_one_of_scan(setting: Setting) -> None:
    options = {name for item in scan_command.params for name in (*item.opts, *item.secondary_opts)}

    assert setting.option is None or setting.option in options


WRONG: list[object] = [
    1.5,
    True,
    "nonsense",
    ["nonsense", 1],
    {"nonsense": 1},
    [[]],
    tomllib.loads("d = 2026-01-01")["d"],
]


@by_key
@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_what_the_schema_refuses_the_checks_refuse_too(setting: Setting, value: object, tmp_path: Path) -> None:
    document = json.loads(json.dumps({setting.key: value}, default=str))
    if not jsonschema_rs.is_valid(schema(), document):
        with pytest.raises(Exception, match=r"\w") as caught:
            setting.kind.read(value, Scope(RULES, tmp_path))
        assert type(caught.value).__name__ == "BadValue"


@pytest.mark.parametrize(
    "text",
    [
        'fail_on = "high"',
        'fail-on = "bad"',
        "strict = 1",
        'select = "all"',
        '[severity]\nLK301 = "bad"',
        '[per-path."a"]\nx = 1',
        '[per-path."a"]\nseverity = 1',
        'rules = ["a"]',
    ],
)
def test_an_editor_marks_mistakes(text: str) -> None:
    assert not jsonschema_rs.is_valid(schema(), tomllib.loads(text))


def test_the_example_of_the_documentation_is_a_configuration() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    example = tomllib.loads(text.split("```toml\n")[1].split("```")[0])

    assert jsonschema_rs.is_valid(schema(), example)
