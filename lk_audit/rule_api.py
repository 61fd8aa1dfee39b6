"""What a rule file imports: the `rule` decorator, `Problem`, and the scales of severity and confidence."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from typing import Generic, TypeVar

from msgspec import Struct

from lk_audit.errors import RuleLoadError
from lk_audit.facts import Fact, Lead
from lk_audit.patterns import regex
from lk_audit.repairs import Repair
from lk_audit.source import Place

F = TypeVar("F", bound=Fact)


class Severity(Enum):
    """How bad it is. `level` is SARIF's; `score` GitHub's security-severity (0.1 to 10.0)."""

    CRITICAL = ("critical", "error", 9.5)
    HIGH = ("high", "error", 8.0)
    MEDIUM = ("medium", "warning", 5.5)
    LOW = ("low", "note", 3.0)
    NOTE = ("note", "note", 0.5)

    def __init__(self, label: str, level: str, score: float) -> None:
        self.label = label
        self.level = level
        self.score = score

    def __ge__(self, other: Severity) -> bool:
        return self.score >= other.score

    def __gt__(self, other: Severity) -> bool:
        return self.score > other.score

    @classmethod
    def named(cls, label: str) -> Severity:
        return next(item for item in cls if item.label == label)


class Confidence(Enum):
    """How sure a finding is."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Fixable(Enum):
    """Whether a program can take findings away in common cases, and by which options."""

    SAFE = "--fix"
    UNSAFE = "--fix --unsafe-fixes"


class Problem(Struct, frozen=True):
    """What a rule found.

    `message` is one lower-case sentence without a full stop that leads with what is wrong. `severity` overrides
    the rule's default for this one. `trace` are the steps that explain the value, `related` other places
    worth seeing, `fix` advice that fits better than the rule's general one. `subject` identifies the offending thing
    for the fingerprint when the source line does not (a secret's hash, say). `repair` is what a program can
    do about it.
    """

    place: Place
    message: str
    severity: Severity | None = None
    confidence: Confidence = Confidence.HIGH
    trace: tuple[Lead, ...] = ()
    related: tuple[Lead, ...] = ()
    fix: str | None = None
    subject: str | None = None
    repair: Repair | None = None


class Options(Struct, frozen=True):
    """The part of the configuration that rules see. `max_ttl` is in seconds.

    `now` is the time of the scan in seconds since 1970, set by the scan: rules have no clock of their own.
    """

    max_ttl: float = 3600.0
    now: float = 0.0


class Rule(Struct, Generic[F], frozen=True):
    """One rule: `check` is a pure function from one fact (and the options, if it takes them) to problems.

    `is_builtin` tells that it comes with lk-audit, whose documentation has a page about it.
    """

    id: str
    name: str
    fact: type[F]
    severity: Severity
    cwe: int
    fix: str
    explanation: str
    bad: tuple[str, ...]
    good: tuple[str, ...]
    check: Callable[[F, Options], Iterable[Problem]]
    on_by_default: bool = True
    references: tuple[str, ...] = ()
    fixable: Fixable | None = None
    is_builtin: bool = False

    @property
    def summary(self) -> str:
        """The first sentence of the explanation."""
        return self.explanation.split("\n\n", 1)[0].replace("\n", " ").strip()

    @property
    def title(self) -> str:
        """`leaked-api-secret` as `LeakedApiSecret`, the form SARIF asks of a rule name."""
        return "".join(part.capitalize() for part in self.name.split("-"))


def cleaned(text: str) -> str:
    """A text without the indent of the code around it: `inspect.cleandoc`, without the disassembler that it brings."""
    first, *rest = text.expandtabs().split("\n")
    indents = (len(line) - len(line.lstrip()) for line in rest if line.strip())
    margin = min(indents, default=sys.maxsize)
    lines = [first.lstrip(), *(line[margin:] if margin < sys.maxsize else line for line in rest)]
    return "\n".join(lines).strip("\n")


_TAKES_ANY = 0x04 | 0x08
"""Flags of code that takes any number of arguments, by position or by name (Python documentation, `inspect`)."""


def _takes_options(check: Callable[..., object]) -> bool:
    """Whether a check asks for the options besides the fact."""
    code = getattr(check, "__code__", None)
    if code is not None and not code.co_flags & _TAKES_ANY and not hasattr(check, "__wrapped__"):
        return bool(code.co_argcount + code.co_kwonlyargcount > 1)
    import inspect  # noqa: PLC0415 - for checks that are no plain functions

    return len(inspect.signature(check).parameters) > 1


_ID = regex(r"^[A-Z]{2,6}\d{3}$")


def rule(  # noqa: PLR0913 - a rule's metadata, all keywords
    fact: type[F],
    *,
    id: str,  # noqa: A002 - rule files read better with the plain word
    severity: Severity,
    cwe: int,
    fix: str,
    bad: Sequence[str],
    good: Sequence[str],
    on_by_default: bool = True,
    references: Sequence[str] = (),
    fixable: Fixable | None = None,
) -> Callable[[Callable[..., Iterator[Problem]]], Rule[F]]:
    """Make a rule of a generator function; its name is the rule's name, its docstring the explanation.

    Args:
        fact: the kind of fact the function takes.
        id: the permanent identifier, letters and three digits.
        severity: the default severity.
        cwe: the number of the weakness in the Common Weakness Enumeration.
        fix: what to do, in one or two sentences.
        bad: example projects with `<- finding` on every line that must be found, and on no other.
        good: example projects in which no rule may find anything.
        on_by_default: whether it runs without being selected.
        references: addresses of further reading.
        fixable: what --fix can do about its examples at best; None when a person must.

    Raises:
        RuleLoadError: something a rule must have is missing.
    """

    def decorate(check: Callable[..., Iterator[Problem]]) -> Rule[F]:
        name = check.__name__.replace("_", "-")
        if not _ID.match(id):
            raise RuleLoadError(f"rule {name}: id {id!r} is not letters and three digits")
        if not check.__doc__:
            raise RuleLoadError(f"rule {id} {name}: the docstring that explains it is missing")
        if not bad or not good:
            raise RuleLoadError(f"rule {id} {name}: it needs at least one bad and one good example")
        if not isinstance(severity, Severity):
            raise RuleLoadError(f"rule {id} {name}: its severity is {severity!r}, and must be one of Severity")
        if not issubclass(fact, Fact):
            raise RuleLoadError(f"rule {id} {name}: {fact!r} is no kind of fact; lk_audit.facts has them")
        takes_options = _takes_options(check)

        def run(subject: F, options: Options) -> Iterable[Problem]:
            return check(subject, options) if takes_options else check(subject)

        run.__module__ = check.__module__  # whose code it is

        return Rule(
            id=id,
            name=name,
            fact=fact,
            severity=severity,
            cwe=cwe,
            fix=fix,
            explanation=cleaned(check.__doc__),
            bad=tuple(cleaned(text) for text in bad),
            good=tuple(cleaned(text) for text in good),
            check=run,
            on_by_default=on_by_default,
            references=tuple(references),
            fixable=fixable,
        )

    return decorate
