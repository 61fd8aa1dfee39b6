"""Fuzzing reaches every frontend, and what it starts from holds."""

from __future__ import annotations

import pytest

from fuzzing.targets import FRONTENDS, TARGETS
from lk_audit import frontends

_SEEDS = 3


@pytest.mark.parametrize("name", TARGETS)
def test_every_target_holds_on_what_it_starts_from(name: str) -> None:
    seeds = TARGETS[name].seeds()

    assert seeds
    for seed in sorted(seeds, key=len)[:_SEEDS]:
        TARGETS[name].run(seed)


def test_every_language_is_fuzzed() -> None:
    assert set(FRONTENDS) > frontends.CODE
    assert all(frontends.frontend_for(path) == name for name, paths in FRONTENDS.items() for path in paths)


def test_a_value_is_looked_for_in_every_language() -> None:
    read = {frontends.frontend_for(seed.split(b"\n")[0].split()[-1].decode()) for seed in TARGETS["values"].seeds()}

    assert read >= frontends.CODE
