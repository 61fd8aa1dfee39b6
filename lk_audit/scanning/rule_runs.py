"""The rules, asked about every fact: what they say is checked, and one that raises does not keep the others from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from lk_audit.facts import Fact
from lk_audit.findings import AnyRule, Crash
from lk_audit.machine.budget import MOST_FINDINGS, SECONDS_OF_A_RULE, time_limit
from lk_audit.rule_api import Confidence, Options, Problem, Severity
from lk_audit.source import Place


def run_rules(
    facts: Iterable[Fact], rules: Sequence[AnyRule], options: Options
) -> tuple[list[tuple[AnyRule, Problem]], list[Crash]]:
    """What the rules find in the facts. A rule that raises is reported and the others go on."""
    problems: list[tuple[AnyRule, Problem]] = []
    crashes: dict[tuple[str, str], Crash] = {}
    for fact in facts:
        for rule in rules:
            if isinstance(fact, rule.fact):
                try:
                    with time_limit(SECONDS_OF_A_RULE):
                        found = islice(_given(rule.check(fact, options)), MOST_FINDINGS)
                        problems += [(rule, _checked(problem)) for problem in found]
                except KeyboardInterrupt:
                    raise
                except _WrongTypeError as error:
                    file = f"{rule.name.replace('-', '_')}.py"
                    crashes[rule.id, fact.place.path] = Crash(rule.id, fact.place.path, str(error), file)
                except BaseException as error:  # noqa: BLE001 - whatever others' rules do, the scan goes on and says so
                    crashes[rule.id, fact.place.path] = Crash.of(error, fact.place.path, rule.id)
    return problems, list(crashes.values())


class _WrongTypeError(TypeError):
    """A rule gave something else than problems; the text names types only, nothing of the file."""


def _given(found: object) -> Iterable[object]:
    """What a check gives, one after the other.

    Raises:
        _WrongTypeError: it is nothing that has several parts; whoever writes `return` for `yield` gives such.
    """
    if not isinstance(found, Iterable):
        raise _WrongTypeError(f"{type(found).__name__} returned, where problems are to be yielded,")
    return found


def _checked(problem: object) -> Problem:
    """What a rule gave, made sure to be a problem: rules of others are checked by nobody before.

    Raises:
        _WrongTypeError: it is none, or holds something else than a problem does.
    """
    if not isinstance(problem, Problem):
        raise _WrongTypeError(f"{type(problem).__name__} yielded, where a Problem is expected,")
    leads = (*problem.trace, *problem.related)
    typed = (
        *(
            ("message", problem.message, str),
            ("fix", problem.fix, str | None),
            ("subject", problem.subject, str | None),
        ),
        *(("place", problem.place, Place), ("severity", problem.severity, Severity | None)),
        ("confidence", problem.confidence, Confidence),
        *(("note", lead.note, str) for lead in leads),
        *(("place", lead.place, Place) for lead in leads),
    )
    for field, value, kind in typed:
        if not isinstance(value, kind):
            raise _WrongTypeError(f"a Problem whose {field} is {type(value).__name__}")
    return problem
