"""What an analysis may find in a source, told from its bytes: in most nothing, though others may ask for them."""

from __future__ import annotations

from lk_audit import frontends
from lk_audit.extractors import gates
from lk_audit.extractors.secret_names import SecretNames
from lk_audit.generated import is_generated
from lk_audit.machine.budget import OutOfTime, time_limit
from lk_audit.patterns import regex
from lk_audit.source import Source

_SECONDS = 1.0
"""A source that takes longer to judge is analysed, and has a longer time there."""


def may_tell(source: Source, names: SecretNames) -> bool:
    """Whether an analysis of a source may find anything but tokens; it has the last word where this fails."""
    try:
        with time_limit(_SECONDS):
            return may_run_command(source) or may_sign(source) or _may_be_read(source, names)
    except OutOfTime:
        return True
    except Exception:  # noqa: BLE001 - the analysis reports defects, with the file
        return True


def _may_be_read(source: Source, names: SecretNames) -> bool:
    name = frontends.frontend_for(source.path)
    holds_code = name in frontends.CODE or name in frontends.MIXED
    if holds_code and opened(source, names):
        return True
    return name not in frontends.CODE and may_be_document(source, names)


def opened(source: Source, names: SecretNames) -> frozenset[str]:
    """The extractors that may find something in the code of a file; none in what a program has written."""
    return frozenset() if is_generated(source.data) else gates.opened(source.data, names)


def may_be_document(source: Source, names: SecretNames) -> bool:
    """Whether something may be found in a file that is read as data or text."""
    # The names of a notebook's data stand in its file, not in its view.
    texts = {id(item): item.data for item in (source, source.file)}.values()
    return any(gates.may_be_document(text, names) for text in texts) or frontends.has_no_view(source)


_PROGRAMS = (b"lk", b"livekit-cli", b"livekit-server")
_RUN = regex(rb"(?:lk|livekit-(?:cli|server))(?:\.exe)?(?::[\w.-]{1,40})?[\s\"'\\`^]")
"""How the commands begin that are read."""
_SIGNERS = (b"openssl", b"OPENSSL", b"jwt", b"HMACSHA256")
"""Programs with which scripts sign tokens by hand."""


def may_run_command(source: Source) -> bool:
    """Whether commands may stand there that make tokens, or are given a secret."""
    data = source.data
    if not any(word in data for word in (b"token", b"--api-secret")):
        return False
    return any(program in data for program in _PROGRAMS) and _RUN.search(data) is not None


def may_sign(source: Source) -> bool:
    """Whether a script may sign tokens there by hand."""
    if frontends.frontend_for(source.path) in frontends.CODE:
        return False
    return b"video" in source.data and any(word in source.data for word in _SIGNERS)
