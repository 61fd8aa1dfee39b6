"""The grants of one token as its code gives them one after the other, on some ways or on all."""

from __future__ import annotations

from msgspec import Struct, field
from msgspec.structs import replace

from lk_audit.facts import Grant
from lk_audit.source import Place


class Gathered(Struct):
    """The grants so far, by name. `conditions` holds where a condition on the request first sets a right."""

    by_name: dict[str, Grant] = field(default_factory=dict)
    conditions: dict[str, Place] = field(default_factory=dict)

    def forget(self, target: str, *, certain: bool) -> None:
        """Take back all grants of an object ("grants" is the `video` claim); where that is not `certain`, perhaps."""
        for name in [name for name in self.by_name if _is_of(name, target)]:
            if certain:
                del self.by_name[name]
            else:
                self.by_name[name] = replace(self.by_name[name], certain=False)

    def put(self, grant: Grant) -> None:
        """Take a grant; one that is not certain leaves what there was before as well."""
        earlier = self.by_name.get(grant.name)
        condition = self.conditions.get(grant.name)
        put = grant if earlier is None or grant.certain else _of_both(earlier, grant, condition)
        if put.granted_at is not None:
            self.conditions.setdefault(put.name, put.granted_at)
        self.by_name[put.name] = put


def _is_of(name: str, target: str) -> bool:
    return "." not in name if target == "grants" else name.startswith(f"{target}.")


def _of_both(earlier: Grant, later: Grant, condition: Place | None) -> Grant:
    """A grant that one way of the code gives after another."""
    values = tuple(dict.fromkeys((*earlier.values, *later.values)))
    leaving = [item for item in (earlier, later) if item.may_be(True) and not item.stays]
    return replace(
        later,
        # A right stands where it is given, also when another branch denies it later, or makes a token that stays.
        place=leaving[-1].place if leaving else later.place,
        values=values,
        certain=earlier.certain,
        from_caller=earlier.from_caller or later.from_caller,
        decided_at=(earlier.decided_at or earlier.place) if earlier.from_caller else later.decided_at,
        # What every branch gives is not decided by any of them.
        granted_at=(later.granted_at or condition) if False in values else None,
        asked_by=tuple(dict.fromkeys((*earlier.asked_by, *later.asked_by))),
        stays=not leaving,
    )
