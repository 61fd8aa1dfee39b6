"""Rules from folders, packs and the command line."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType

import pytest

from lk_audit import rule_loader
from lk_audit.errors import RuleLoadError, UsageError
from lk_audit.rule_loader import builtin_rules_folder, load_folder, load_rules
from lk_audit.rule_packs import Pack

RULE = '''
from collections.abc import Iterator

from lk_audit.facts import InsecureUrl
from lk_audit.rule_api import Problem, Severity, rule


@rule(InsecureUrl, id="{id}", severity=Severity.LOW, cwe=319, fix="No.", bad=["--- a\\nx"], good=["--- a\\nx"])
def {name}(url: InsecureUrl) -> Iterator[Problem]:
    """Something."""
    yield Problem(url.place, "something")
'''


def write(folder: Path, name: str = "some_rule", *, id: str = "XX101", function: str | None = None) -> Path:  # noqa: A002
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.py"
    file.write_text(RULE.format(id=id, name=function or name))
    return file


def load(folder: Path) -> list[str]:
    return [rule.id for rule in load_folder(folder, f"test_rules_{folder.name}")]


def test_the_built_in_rules_load() -> None:
    rules = load_rules(packs=False)

    assert rules.errors == ()
    assert [rule.id for rule in rules.rules] == sorted(rule.id for rule in rules.rules)
    assert len(rules.rules) == len([file for file in builtin_rules_folder().glob("*.py") if file.name[0] != "_"])


def test_modules_are_registered_so_that_tools_find_them() -> None:
    load_rules(packs=False)

    assert "lk_audit.rules.excessive_ttl" in sys.modules


def test_every_rule_file_of_a_folder_counts_but_for_private_ones(tmp_path: Path) -> None:
    write(tmp_path, "one")
    write(tmp_path, "two", id="XX102")
    (tmp_path / "_shared.py").write_text("raise RuntimeError")

    assert load(tmp_path) == ["XX101", "XX102"]


def test_a_folder_without_rules_is_an_error_not_a_clean_scan(tmp_path: Path) -> None:
    with pytest.raises(RuleLoadError, match="no rules in"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def", r"broken\.py:1: SyntaxError"),
        ("import nothing_like_this", "ModuleNotFoundError: No module named 'nothing_like_this'"),
        ("x = 1", "exactly one rule; this one holds 0"),
        (RULE.format(id="XX101", name="other"), "called other; its function must be named like the file"),
        (RULE.format(id="bad", name="broken"), "id 'bad' is not letters and three digits"),
        (
            RULE.format(id="XX101", name="broken").replace("Severity.LOW", "'low'"),
            "XX101 broken: its severity is 'low', and must be one of Severity",
        ),
        (
            RULE.format(id="XX101", name="broken").replace("@rule(InsecureUrl", "@rule(dict"),
            "XX101 broken: <class 'dict'> is no kind of fact; lk_audit.facts has them",
        ),
    ],
)
def test_a_broken_rule_is_named_with_what_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "broken.py").write_text(text)

    with pytest.raises(RuleLoadError, match=message):
        load(tmp_path)


def test_an_id_belongs_to_one_rule(tmp_path: Path) -> None:
    write(tmp_path, "one")
    write(tmp_path, "two")

    with pytest.raises(RuleLoadError, match=r"two\.py: the id XX101 belongs to XX101 one"):
        load(tmp_path)


# --- other people's rules ---------------------------------------------------------------------------------------------


def test_a_folder_adds_rules(tmp_path: Path) -> None:
    write(tmp_path, "excellent_rule")

    assert "XX101" in [rule.id for rule in load_rules([tmp_path], packs=False).rules]


def test_a_broken_rule_of_a_folder_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    write(tmp_path, "good_rule")
    (tmp_path / "broken.py").write_text("x = 1")
    write(tmp_path, "thief", id="LK301")
    rules = load_rules([tmp_path], packs=False)

    assert "XX101" in [rule.id for rule in rules.rules]
    assert len(rules.errors) == 2
    assert "broken.py: a rule file holds exactly one rule" in rules.errors[0]
    assert rules.errors[1] == (
        f"{tmp_path / 'thief.py'}: rule LK301 thief is left out: the id LK301 belongs to LK301 excessive-ttl of "
        "lk-audit; a rule needs an id and a name of its own"
    )


def test_a_file_may_be_called_like_a_built_in_one_without_replacing_it(tmp_path: Path) -> None:
    write(tmp_path, "excessive_ttl", id="XX301")
    rules = load_rules([tmp_path], packs=False)

    assert len(rules.errors) == 1
    assert "rule XX301 excessive-ttl is left out: the name excessive-ttl belongs to LK301" in rules.errors[0]
    assert "LK301" in [rule.id for rule in rules.rules]


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_a_folder_without_rules_is_a_usage_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()

    with pytest.raises(UsageError, match="rules"):
        load_rules([tmp_path / name], packs=False)


def pack(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    entry = EntryPoint(name="acme", value=value, group="lk_audit.rules")
    monkeypatch.setattr(rule_loader, "installed_packs", lambda: [Pack("acme-rules", entry)])


def test_an_installed_pack_adds_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "acme_rules", "acme_rule", id="ACME001")
    (tmp_path / "acme_rules" / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    pack(monkeypatch, "acme_rules")

    assert "ACME001" in [rule.id for rule in load_rules().rules]


def test_a_pack_that_cannot_be_imported_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pack(monkeypatch, "not_installed_anywhere")

    reason = "ModuleNotFoundError: No module named 'not_installed_anywhere'"

    assert load_rules().errors == (f"rule pack acme-rules: cannot import not_installed_anywhere: {reason}",)


def test_a_pack_that_ends_the_interpreter_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "quitter.py").write_text("import sys; sys.exit('no\\nlicense')")
    monkeypatch.syspath_prepend(tmp_path)
    pack(monkeypatch, "quitter")

    assert load_rules().errors == ("rule pack acme-rules: cannot import quitter: SystemExit: no license",)


def test_a_pack_that_is_no_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "flat_pack", ModuleType("flat_pack"))
    pack(monkeypatch, "flat_pack")

    assert load_rules().errors == (
        "rule pack acme-rules: no rules in flat_pack; its entry point names the package that holds the rule files",
    )


def test_of_two_rules_with_one_id_the_first_stays_and_the_other_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "own", "own_rule", id="ACME001")
    write(tmp_path / "second_pack", "acme_rule", id="ACME001")
    (tmp_path / "second_pack" / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    pack(monkeypatch, "second_pack")
    rules = load_rules([tmp_path / "own"])

    assert [rule.name for rule in rules.rules if rule.id == "ACME001"] == ["own-rule"]
    [error] = rules.errors
    file = tmp_path / "second_pack" / "acme_rule.py"
    assert error.startswith(f"rule pack acme-rules: {file}: rule ACME001 acme-rule is left out: the id ACME001 ")
    assert error.endswith(
        f"belongs to ACME001 own-rule of {tmp_path / 'own'}; a rule needs an id and a name of its own"
    )
