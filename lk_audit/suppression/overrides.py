"""What the configuration makes of findings: other severities, and paths where a rule does not count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from lk_audit.files.path_patterns import PathPatterns
from lk_audit.findings import Finding, Report, Suppression
from lk_audit.rule_api import Severity

EVERY_RULE = "all"


class PathOverride(Struct, frozen=True):
    """What holds for the files of one pattern. Rules go by id, or `EVERY_RULE`.

    `path` and `line` are where the configuration says so.
    """

    pattern: PathPatterns
    ignore: tuple[str, ...] = ()
    severities: Mapping[str, Severity] = field(default_factory=dict)
    path: str = ""
    line: int = 1


class Overrides(Struct, frozen=True):
    """Severities by rule id, and what differs by path; the last of several for a path decides."""

    severities: Mapping[str, Severity] = field(default_factory=dict)
    paths: tuple[PathOverride, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.severities or self.paths)


def apply_overrides(report: Report, overrides: Overrides) -> Report:
    """The report with its severities changed, and findings marked that the configuration accepts. None is dropped."""
    if not overrides:
        return report
    matching: dict[str, list[PathOverride]] = {finding.place.path: [] for finding in report.findings}
    for item in overrides.paths:  # one pattern after the other: they take longer to read than to match
        for path, here in matching.items():
            if item.pattern.match(path):
                here.append(item)
    return replace(
        report,
        findings=tuple(_changed(item, overrides, matching[item.place.path]) for item in report.findings),
        rules=tuple(replace(rule, severity=overrides.severities.get(rule.id, rule.severity)) for rule in report.rules),
    )


def _changed(finding: Finding, overrides: Overrides, here: Iterable[PathOverride]) -> Finding:
    severity = overrides.severities.get(finding.rule_id, finding.severity)
    suppressed = finding.suppressed
    for item in here:
        severity = item.severities.get(finding.rule_id, item.severities.get(EVERY_RULE, severity))
        if suppressed is None and {finding.rule_id, EVERY_RULE} & set(item.ignore):
            reason = f"the configuration accepts it in {item.pattern.patterns[0]}"
            suppressed = Suppression(item.path, item.line, (finding.rule_id,), reason, in_configuration=True)
    return replace(finding, severity=severity, suppressed=suppressed)
