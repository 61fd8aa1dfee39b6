"""Commands that hold commands, and what is said to who mistypes one: the same in every version of click."""

from __future__ import annotations

import click

from lk_audit.cli.exits import USAGE
from lk_audit.errors import UsageError

_LONGEST = 200
"""How many characters of a command's first sentence its group shows."""


class Group(click.Group):
    """Commands; a mistyped name gets a suggestion, any other unknown one the list, none at all the help page."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        if not args and not context.resilient_parsing:
            click.echo(context.get_help(), err=True)
            context.exit(USAGE)
        return super().parse_args(context, args)

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with whole sentences, where click would cut them after a line."""
        commands = ((name, self.get_command(context, name)) for name in self.list_commands(context))
        rows = [(name, command.get_short_help_str(_LONGEST)) for name, command in commands if command is not None]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

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
