"""The settings there are. Checking, the schema for editors and the documentation all come from this table."""

from __future__ import annotations

from enum import Enum
from typing import Any

from msgspec import Struct

from lk_audit.configuration import kinds
from lk_audit.configuration.values import Kind


class Merge(Enum):
    """What becomes of a setting that several places state; the command line comes after the file."""

    LAST = "the last one counts"
    ADD = "they add up"
    BY_KEY = "they add up, key by key"


class Setting(Struct, frozen=True):
    """One setting. `default` and `example` are written as in the file; `option` is that of `lk-audit scan`."""

    key: str
    kind: Kind
    default: Any
    meaning: str
    example: str
    merge: Merge = Merge.LAST
    option: str | None = None


EXTEND = "extend"
"""The one key that is no setting: a file to build on."""
EXTEND_MEANING = (
    "Another configuration file to build on, relative to this one. What this one states goes on top. Its patterns hold "
    "from the folder of the configuration that is in force."
)

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "select",
        kinds.RULES,
        [],
        'Run these rules only; "all" for every one. Without it the rules run that are on by default.',
        'select = ["all"]',
        option="--select",
    ),
    Setting(
        "extend-select",
        kinds.RULES,
        [],
        "Run these rules too, such as those that are off by default.",
        'extend-select = ["self-metadata", "token-in-url-or-storage"]',
        Merge.ADD,
        "--extend-select",
    ),
    Setting(
        "ignore",
        kinds.RULES,
        [],
        "Do not run these rules. A later `select` starts afresh.",
        'ignore = ["implicit-ttl"]',
        Merge.ADD,
        "--ignore",
    ),
    Setting(
        "severity",
        kinds.SEVERITIES,
        {},
        "Other severities, by rule; they replace whatever severity the rule gives a finding.",
        '[severity]\nLK302 = "note"\nexcessive-ttl = "high"',
        Merge.BY_KEY,
    ),
    Setting(
        "per-path",
        kinds.PER_PATH,
        {},
        "What differs in some paths: `ignore` accepts the findings of rules there (they count as suppressed), "
        "`severity` is one for all rules or a table by rule. Where several patterns match, the last one decides on the "
        "severity.",
        '[per-path."tests/**"]\nignore = ["dev-credentials"]\nseverity = "note"',
        Merge.BY_KEY,
    ),
    Setting(
        "suppress",
        kinds.SUPPRESSIONS,
        [],
        "Findings that are accepted at one key of a data file, for formats without comments: `path` is the file, `key` "
        'the way to the value (`$.livekit.secret`, `$.keys[0]`, `$["a.b"]`), `rule` one rule or several. `reason` and '
        "`expires` (the last day) are optional. They count as suppressed; one that is over, that names no rule or that "
        "nothing needs is told in the notes, as for comments.",
        '[[suppress]]\npath = "config/livekit.json"\nkey = "$.livekit.secret"\nrule = "leaked-api-secret"\n'
        'reason = "of the test server, rotated each night"\nexpires = 2027-01-01',
        Merge.ADD,
    ),
    Setting(
        "min-severity",
        kinds.SEVERITY,
        "note",
        "Leave less severe findings out; they are counted.",
        'min-severity = "low"',
        option="--min-severity",
    ),
    Setting(
        "fail-on",
        kinds.FAIL_ON,
        "medium",
        'Exit with 1 for findings of this severity and above; "never" for never.',
        'fail-on = "high"',
        option="--fail-on",
    ),
    Setting(
        "max-ttl",
        kinds.DURATION,
        "1h",
        "The longest life a token may have.",
        'max-ttl = "15m"',
        option="--max-ttl",
    ),
    Setting(
        "strict",
        kinds.FLAG,
        False,
        "Exit with 2 when a file could not be analysed completely.",
        "strict = true",
        option="--strict",
    ),
    Setting(
        "exclude",
        kinds.PATTERNS,
        [],
        "Leave these files and folders out; patterns as in `.gitignore`. What is left out is named in the report. "
        "Files that are named on the command line are scanned all the same, unless `force-exclude` is set.",
        'exclude = ["generated/", "*.min.js", "!keep.min.js"]',
    ),
    Setting(
        "extend-exclude",
        kinds.PATTERNS,
        [],
        "Leave these out too, besides what the configuration that this one extends leaves out.",
        'extend-exclude = ["third_party/"]',
        Merge.ADD,
        "--exclude",
    ),
    Setting(
        "force-exclude",
        kinds.FLAG,
        False,
        "Leave excluded files out even when the command line names them, as pre-commit does.",
        "force-exclude = true",
        option="--force-exclude",
    ),
    Setting(
        "honor-foreign-comments",
        kinds.FLAG,
        False,
        "Let comments for other scanners (`gitleaks:allow`, `pragma: allowlist secret`, `nosec`) accept findings too.",
        "honor-foreign-comments = true",
        option="--honor-foreign-comments",
    ),
    Setting(
        "include",
        kinds.INCLUDED,
        [],
        "Scan these folders although folders of that name (`vendor`, `node_modules`, `venv` ...) are left out by "
        "default. Folders that git ignores stay out.",
        'include = ["vendor/"]',
    ),
    Setting(
        "size-limit",
        kinds.SIZE,
        "20 MB",
        "Skip larger files, and list them.",
        'size-limit = "50 MB"',
        option="--size-limit",
    ),
    Setting(
        "secret-names",
        kinds.NAMES,
        [],
        "Further names (of environment variables, constants, keys) that hold the LiveKit API secret, exactly as "
        "written, `*` for anything. Names such as `LIVEKIT_API_SECRET` are known.",
        'secret-names = ["ACME_RTC_SIGNING_KEY"]',
    ),
    Setting(
        "client-paths",
        kinds.PATTERNS,
        [],
        "Code that is shipped to clients (browsers, phones, desktops) where nothing in it shows that.",
        'client-paths = ["packages/widget/src/**"]',
    ),
    Setting(
        "baseline",
        kinds.FILE,
        "",
        "A file of known findings, made by `lk-audit baseline create`: they are counted and do not fail.",
        'baseline = "lk-audit-baseline.txt"',
        option="--baseline",
    ),
    Setting(
        "cache",
        kinds.FLAG,
        True,
        "Keep what a scan of folders finds out in your cache folder, for the next one. Which folder that is, is said "
        "on the command line and in the environment only.",
        "cache = false",
        option="--cache",
    ),
    Setting(
        "format",
        kinds.FORMATS,
        "text",
        "The format of the report; several for several reports, the n-th going to the n-th `output`. The command line "
        "sets both aside when it states one of them.",
        'format = "sarif"',
        option="--format",
    ),
    Setting(
        "output",
        kinds.REPORTS,
        "-",
        'Where the report goes; "-" is standard output, and without a `format` the name of the file decides. A file '
        "stated here must be called `lk-audit*.json` (`.sarif`, `.txt`, `.md`, `.html`, `.xml`) and lie in the folder "
        "of the configuration, so that a scanned repository can overwrite nothing else.",
        'output = "lk-audit.sarif"',
        option="--output",
    ),
)

BY_KEY = {setting.key: setting for setting in SETTINGS}

FORBIDDEN = dict.fromkeys(
    ("rules", "rule-folders", "rules-folder", "rule-folder", "plugins"),
    "rules are code, and code of what is scanned is never run; name the folder on the command line: --rules FOLDER",
)
"""Keys that are refused for a reason, and the reason."""
