"""The pipeline: find files, read those that matter, extract facts, ask the rules, report."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from msgspec.structs import replace

from lk_audit import __version__
from lk_audit.config import Config
from lk_audit.facts import Fact
from lk_audit.files.columns import BINARY, MATTERS, MISNAMED, OTHER, Columns
from lk_audit.files.discovery import Discovery, discovered, looked
from lk_audit.files.listing import Roots, roots_of
from lk_audit.files.sources import Sources, holding
from lk_audit.findings import SYNTAX, AnyRule, Crash, Note, Report, Skipped, distinct
from lk_audit.hints import NOTHING, Hints
from lk_audit.presence import is_there
from lk_audit.progress import Progress
from lk_audit.project.files import Files, Held
from lk_audit.rule_api import Options
from lk_audit.scanning.environment_files import EnvironmentFiles, Ignored
from lk_audit.scanning.extracted import Extract, Extracted, Former
from lk_audit.scanning.finding_writer import crowds, kept, write_findings
from lk_audit.scanning.fix_making import fixes_of
from lk_audit.scanning.reading import Kept, contents, read, unread, unread_files, unused_configurations
from lk_audit.scanning.rule_runs import run_rules
from lk_audit.source import Source
from lk_audit.suppression.comments import apply_suppressions, rule_names
from lk_audit.suppression.keys import KeySuppression, acceptances
from lk_audit.suppression.overrides import apply_overrides

if TYPE_CHECKING:
    from lk_audit.scanning.cached import Cache

Observe: TypeAlias = "Callable[[Sequence[Source], Sequence[Fact]], None]"


def scan_paths(  # noqa: PLR0913 - keywords, all but one optional
    paths: Sequence[str | Path],
    *,
    rules: Sequence[AnyRule],
    config: Config | None = None,
    known_rules: Sequence[AnyRule] = (),
    folder: Path | None = None,
    extract: Extract | None = None,
    progress: Progress | None = None,
    edited: Mapping[str, Source] | None = None,
    observe: Observe | None = None,
    cache: Cache | None = None,
    former: Former | None = None,
) -> Report:
    """The report on files and folders.

    Args:
        paths: what to scan, relative to `folder` (the working folder by default).
        rules: the rules to run.
        config: limits and options.
        known_rules: rules that exist without being run, for telling suppressions of them from mistakes.
        folder: the folder that `paths` are relative to.
        extract: what turns sources into facts; the analysis of `extraction` by default.
        progress: hears how far reading and analysing have come.
        edited: files as they would be after an edit, by path, in the place of those on disk.
        observe: is given the sources and the facts of the scan.
        cache: what former scans found out; of no use with `extract`, `edited` or `observe`.
        former: what the scan before this one left in memory, of the same files; see `Former`.

    Raises:
        UsageError: a path does not exist.
    """
    started = time.perf_counter()
    config = config or Config()
    roots = roots_of(paths, folder)
    memory = cache.scan(roots, rules, known_rules, config) if cache else None
    ignored = Ignored(roots.base)
    read_here = memory.kept if memory else Kept()
    look = memory.look if memory else partial(_look, roots, config, read_here)
    found, columns = look(progress, ignored.hear)
    elsewhere = memory.around if memory else partial(unread_files, found, config.size_limit)
    environment = EnvironmentFiles(found, Files((), elsewhere), ignored)
    kept = memory.report(environment) if memory else None
    if kept is not None:
        return replace(kept, elapsed=time.perf_counter() - started)
    hidden = [read(file, config.hints.secret_words).source for file in environment.in_images_only(config.size_limit)]
    held = {source.path: source for source in hidden if source}
    sources = Sources(
        found.files.around, found.paths, columns, {**held, **(edited or {})}.values(), read_here.sources.values()
    )
    columns.keep_verdicts()
    files = Files(sources, elsewhere)
    extract = environment.explaining(
        extract or analysis(files, progress, config.hints, config.jobs, former), held.keys()
    )
    report = scan_sources(
        sources,
        rules,
        memory.options if memory else config.options,
        known_rules=known_rules,
        prefix=found.prefix,
        extract=extract,
        files=files,
        honor_foreign_comments=config.honor_foreign_comments,
        suppressions=config.suppressions,
        looked_at=_looked_at(found, config.suppressions),
        observe=observe,
        jobs=config.jobs,
    )
    report = replace(_completed(report, found, columns, config), elapsed=time.perf_counter() - started)
    if memory:
        memory.keep(report, environment, sources)
    return report


def _look(
    roots: Roots, config: Config, kept: Kept, progress: Progress | None, listed: Callable[[Sequence[str]], object]
) -> tuple[Discovery, Columns]:
    """The files of the scan and what is known of them; all are read, and `listed` hears of their paths before."""
    read_all = partial(contents, base=roots.base, limit=config.size_limit, hints=config.hints, kept=kept)
    look = partial(looked, look=read_all, jobs=config.jobs, progress=progress)
    return discovered(roots, look, config.exclusion, listed=listed)


def _completed(report: Report, found: Discovery, columns: Columns, config: Config) -> Report:
    """The report on sources with what the configuration makes of it, and with the files that are no sources."""
    return replace(
        apply_overrides(report, config.overrides),
        notes=(*report.notes, *unused_configurations(found, config.files)),
        scanned=sum(map(columns.verdicts.count, (OTHER, MATTERS))),
        binary=sum(map(columns.verdicts.count, (BINARY, MISNAMED))),
        skipped=_by_path((*found.skipped, *unread(found, columns), *report.skipped)),
        excluded=found.excluded,
    )


def _by_path(skipped: Iterable[Skipped]) -> tuple[Skipped, ...]:
    return tuple(sorted(skipped, key=lambda item: item.path))


def scan_sources(  # noqa: PLR0913 - keywords, all optional
    sources: Sequence[Source],
    rules: Sequence[AnyRule],
    options: Options | None = None,
    *,
    known_rules: Sequence[AnyRule] = (),
    prefix: str = "",
    extract: Extract | None = None,
    files: Files | None = None,
    honor_foreign_comments: bool = False,
    suppressions: Sequence[KeySuppression] = (),
    looked_at: Collection[str] = (),
    observe: Observe | None = None,
    jobs: int | None = 1,
) -> Report:
    """The report on sources.

    `prefix` is where their paths start in the repository; `files` are all files of the project, by default `sources`.
    `suppressions` accept findings at keys of data files, `looked_at` are files of the scan in which nothing can be;
    `observe` as for `scan_paths`; `jobs` is the number of processes, None for as many as pay.
    """
    ordered = sources if isinstance(sources, Sources) else Sources(held=sources)
    options = options or Options()
    files = Files(ordered) if files is None else files
    extracted = extract_all(ordered, extract or analysis(files))
    problems, rule_crashes = run_rules(extracted.facts, rules, options)
    reported = kept(problems)
    repairs = [problem.repair for _, problem in distinct(reported.problems) if problem.repair is not None]
    fixes, fix_crashes = fixes_of(repairs, ordered, files, jobs)
    made = iter(fixes)
    seen = Held(files, {problem.place.path for _, problem in reported.problems})
    crowded = extracted.crowded | reported.left_out.keys()
    findings = write_findings(
        reported.problems, extracted.facts, seen, prefix=prefix, make_fix=lambda _: next(made), crowded=crowded
    )
    if observe is not None:
        observe(ordered, extracted.facts)
    marked, suppression_notes = apply_suppressions(
        findings,
        holding(ordered, b"lk-audit:"),
        known=rule_names((*known_rules, *rules)),
        active=rules,
        today=datetime.fromtimestamp(options.now, tz=UTC).date(),
        stated=acceptances(suppressions, ordered.some(item.path for item in suppressions), looked_at),
    )
    if honor_foreign_comments:
        from lk_audit.suppression.foreign_comments import honored  # noqa: PLC0415 - few scans are asked to

        marked = honored(marked, ordered.some(item.place.path for item in marked), rules)
    notes = (*_notes(extracted, reported.left_out, reported.most), *suppression_notes)
    return Report(
        findings=tuple(marked),
        rules=tuple(sorted(rules, key=lambda rule: rule.id)),
        scanned=len(ordered),
        analysed=len(ordered),
        skipped=_by_path(Skipped(path, _CHANGED) for path in extracted.lost | files.lost),
        notes=tuple(sorted(notes, key=lambda note: (note.path, note.line, note.message))),
        crashes=tuple(sorted([*extracted.crashes, *rule_crashes, *fix_crashes], key=repr)),
        prefix=prefix,
        version=__version__,
    )


def _notes(extracted: Extracted, left_out: Mapping[str, int], most: int) -> Iterator[Note]:
    """What of the files went unseen, or has no room in the report."""
    yield from (Note(SYNTAX, note.path, note.line, note.reason) for note in extracted.notes)
    for path in extracted.crowded | left_out.keys():
        yield Note(SYNTAX, path, 1, crowds(left_out.get(path), most, is_cut=path in extracted.crowded))


_CHANGED = "it changed while it was scanned; scan again"


def _looked_at(found: Discovery, suppressions: Iterable[KeySuppression]) -> frozenset[str]:
    """The files of the scan, and those that suppressions name and that are gone."""
    gone = (item.path for item in suppressions if not is_there(found.base / item.path))
    return frozenset((*found.paths, *gone)) if suppressions else frozenset()


def analysis(
    files: Files,
    progress: Progress | None = None,
    hints: Hints = NOTHING,
    jobs: int | None = None,
    former: Former | None = None,
) -> Extract:
    """What turns sources into facts; questions that lead to other files are answered from `files`.

    `former` counts once: where all sources together are too much, they are tried one by one.
    """

    def analyse(sources: Sequence[Source]) -> Extracted:
        nonlocal former
        once, former = former, None
        from lk_audit.scanning.extraction import extract  # noqa: PLC0415 - brings the parsers along

        return extract(sources, files, progress, hints, jobs, once)

    return analyse


def extract_all(sources: Sequence[Source], extract: Extract) -> Extracted:
    """The facts of all sources. When that fails, each file is tried alone so that one cannot hide the others."""
    if not sources:
        return Extracted()
    try:
        return extract(sources)
    except Exception as error:  # noqa: BLE001 - a defect must not end the scan, and is reported
        if len(sources) == 1:
            return Extracted(crashes=[Crash.of(error, sources[0].path)])
        return _extract_singly(sources, extract, Crash.of(error, None))


def _extract_singly(sources: Sequence[Source], extract: Extract, together: Crash) -> Extracted:
    found = Extracted()
    for source in sources:
        found.add(extract_all([source], extract))
    if not found.crashes:
        found.crashes.append(together)
    return found
