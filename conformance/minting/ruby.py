"""Ruby: every spelling runs in a process forked from one that has loaded the gems."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from conformance.catalogue import FOLDER, Spelling
from conformance.minting.process import Minter, Results, attempt, missing_commands, run, stopped, written

_RUBY = ["ruby", "-W0", str(FOLDER / "ruby" / "mint.rb")]


def minter(gems: Mapping[str, str]) -> Minter:
    """What mints with these gems, each with the file that a program requires."""
    ask = [*_RUBY, "versions", *(f"{gem}={file}" for gem, file in gems.items())]
    return Minter(lambda: _missing(ask), lambda *job: _mint(list(gems.values()), *job), lambda: json.loads(run(ask)))


def _missing(ask: Sequence[str]) -> str | None:
    absent = missing_commands("ruby", "faketime")
    if absent or not attempt(ask).returncode:
        return absent
    return "no gems: bundle install --gemfile conformance/ruby/Gemfile"


def _mint(requires: Sequence[str], listed: Sequence[Spelling], times: Sequence[int]) -> list[Results]:
    with written(listed) as (_, files):
        job = {"requires": requires, "files": [str(file) for file in files]}
        return [json.loads(run(stopped(now, _RUBY), job)) for now in times]
