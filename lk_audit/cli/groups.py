"""Commands that hold commands, and what is said to who mistypes one: the same in every version of click."""

from __future__ import annotations

import click

from lk_audit.errors import UsageError


class Group(click.Group):
    """Commands; a mistyped name gets a suggestion, any other unknown one the list."""

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, known = args[0], self.list_commands(context)
        if name not in known:
            meant = _suggestion(name, known) or f"; there are {', '.join(known)}"
            raise UsageError(f"no such command: {name}{meant}")
        return super().resolve_command(context, args)


def wording(error: click.ClickException) -> str:
    """What to say about a mistake in the command line."""
    if isinstance(error, click.NoSuchOption):
        return f"no such option: {error.option_name}{_suggestion(error.option_name, list(error.possibilities or ()))}"
    return error.format_message()


def _suggestion(name: str, known: list[str]) -> str:
    from lk_audit.suggestions import did_you_mean  # noqa: PLC0415 - needed after a mistake only

    return did_you_mean(name, known)
