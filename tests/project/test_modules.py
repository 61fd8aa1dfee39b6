"""Parsed modules: kept for questions from other files, and let go of at once."""

from __future__ import annotations

import gc
import weakref

from lk_audit.extractors.context import Workspace
from lk_audit.extractors.requests.endpoints import Endpoints
from lk_audit.project.files import Files
from lk_audit.project.modules import Project
from lk_audit.source import Source
from lk_audit.syntax import Assign
from lk_audit.values.model import Number

FILES = {"a.py": "from b import TTL\n\n\ndef ttl():\n    hours = TTL * 2\n    return hours\n", "b.py": "TTL = 6\n"}


def workspace() -> Workspace:
    return Workspace(Project(Files(Source.from_text(path, text) for path, text in FILES.items())))


def numbers(of: Workspace) -> list[float]:
    (context,) = of.contexts("a.py")
    values = context.values(context.names.nodes(Assign)[0].value)
    return [value.number for value in values if isinstance(value, Number)]


def test_what_was_parsed_is_parsed_again_after_it_was_dropped() -> None:
    here = workspace()
    before = numbers(here)

    here.forget()

    assert before == numbers(here) == [12]


def test_what_was_parsed_is_freed_when_it_is_dropped_without_the_collector() -> None:
    here = workspace()
    assert numbers(here) == [12]
    (context,) = here.contexts("a.py")
    left = [weakref.ref(item) for item in (context.names, context.evaluator, context.built(Endpoints))]
    del context

    gc.disable()
    try:
        here.forget()

        assert [item() for item in left] == [None, None, None]
    finally:
        gc.enable()


def test_what_was_asked_for_last_stays_parsed_and_answers_as_before() -> None:
    here = workspace()
    before = numbers(here)
    kept = here.project.modules("b.py")

    here.forget(len(FILES["b.py"]))

    assert here.project.bytes_parsed == len(FILES["b.py"])
    assert here.project.modules("b.py") == kept
    assert before == numbers(here) == [12]
    assert here.project.bytes_parsed == sum(map(len, FILES.values()))
