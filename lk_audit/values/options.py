"""Options of command lines: what an option is where nobody gives it.

Sources: the documentation of argparse (`add_argument`), click (`option`, `argument`) and typer, which is built on it;
of Node (`util.parseArgs`) and commander (`option`, `opts`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lk_audit.patterns import regex
from lk_audit.syntax import Call, Expr, Function, Literal, Member
from lk_audit.values.callgraph import last_name
from lk_audit.values.model import Possible, Returned
from lk_audit.values.records import entries_of

if TYPE_CHECKING:
    from lk_audit.values.evaluator import Evaluator

_DECORATORS = frozenset({"option", "argument"})


def of_parser(evaluator: Evaluator, value: Returned, key: str) -> Possible | None:
    """The default of an option that argparse has read; None where it has none."""
    home = evaluator.home(value.call)
    declared = home.names.calls_of("add_argument") if home is not None else ()
    found = _default(home or evaluator, (item for item in declared if isinstance(item.callee, Member)), key)
    return (
        None if home is None or found is None else (replace(value, members=(key,)), *evaluator.from_home(home, found))
    )


def of_script(evaluator: Evaluator, value: Returned, key: str) -> Possible | None:
    """The same of an option of JavaScript's command lines: `parseArgs({ options })`, `program.opts()`."""
    home = evaluator.home(value.call)
    default = _told(value.call, key) or _flagged(home, key) if home is not None else None
    if home is None or default is None:
        return None
    return (replace(value, members=(*value.members, key)), *evaluator.from_home(home, home.evaluate(default)))


def _told(call: Call, key: str) -> Expr | None:
    """`parseArgs({ options: { ttl: { type: "string", default: "30d" } } })`."""
    found: Expr | None = call.arguments[0].value if call.arguments else None
    for name in ("options", key, "default"):
        found = entries_of(found).get(name) if found is not None else None
    return found


def _flagged(home: Evaluator, key: str) -> Expr | None:
    """`program.option("-t, --ttl <duration>", "lifetime of tokens", "30d")`."""
    for call in home.names.calls_of("option"):
        flags = call.arguments[0].value if len(call.arguments) > _DEFAULT_AT else None
        if (
            isinstance(flags, Literal)
            and isinstance(flags.value, str)
            and key in map(_camel, _FLAG.findall(flags.value))
        ):
            return call.arguments[-1].value
    return None


def _camel(flag: str) -> str:
    first, *others = flag.split("-")
    return first + "".join(map(str.capitalize, others))


_FLAG = regex(r"--([a-z][\w-]{0,60})")
_DEFAULT_AT = 2


def of_command(evaluator: Evaluator, function: Function, parameter: str) -> Possible:
    """The default of a parameter of a command of click: `@click.option("--hours", default=48)`."""
    marks = (item for item in function.decorators if isinstance(item, Call) and last_name(item.callee) in _DECORATORS)
    return _default(evaluator, marks, parameter) or ()


def _default(evaluator: Evaluator, declared: Iterable[Call], name: str) -> Possible | None:
    for call in declared:
        if name not in _names(call):
            continue
        default = next((item.value for item in call.arguments if item.name == "default"), None)
        return evaluator.evaluate(default) if default is not None else None
    return None


def _names(call: Call) -> set[str]:
    """What an option may be called in code: `--ttl-hours` is `ttl_hours`."""
    given = [item.value for item in call.arguments if item.name in {None, "dest"}]
    texts = (item.value for item in given if isinstance(item, Literal) and isinstance(item.value, str))
    return {text.lstrip("-").replace("-", "_") for text in texts}
