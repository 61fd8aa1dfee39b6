"""The errors a user can meet. Everything else that escapes is a defect of lk-audit."""


class LkAuditError(Exception):
    """Base of all errors below; the message is one clear line, also where it quotes a text of several."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


class UsageError(LkAuditError):
    """The command line or the configuration asks for something impossible (exit code 2)."""


class RuleLoadError(LkAuditError):
    """A rule file or rule pack cannot be used (exit code 3)."""
