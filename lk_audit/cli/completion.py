"""`lk-audit completion`."""

from __future__ import annotations

import click
from click.shell_completion import ShellComplete, get_completion_class

from lk_audit.cli.options import Choice
from lk_audit.cli.saying import say_line
from lk_audit.errors import UsageError

SHELLS = ("bash", "zsh", "fish")
_VARIABLE = "_LK_AUDIT_COMPLETE"


_INSTALLATION = """\b
bash: echo 'eval "$(lk-audit completion bash)"' >> ~/.bashrc
zsh:  echo 'eval "$(lk-audit completion zsh)"' >> ~/.zshrc
fish: lk-audit completion fish > ~/.config/fish/completions/lk-audit.fish
"""


@click.command("completion", epilog=_INSTALLATION)
@click.argument("shell", type=Choice(SHELLS))
@click.pass_context
def completion_command(context: click.Context, shell: str) -> None:
    """Print the script that makes a shell complete lk-audit's commands, options and rule names."""
    found = get_completion_class(shell)
    if found is None:
        raise UsageError(f"no completion for {shell}; there is one for {', '.join(SHELLS)}")
    script = found(context.find_root().command, {}, "lk-audit", _VARIABLE)
    # Not bash's own source(): it starts a bash to ask for its version, which may not be the one that will read this.
    say_line(ShellComplete.source(script).strip())
