"""`lk-audit config`."""

from __future__ import annotations

from typing import Any

import click

from lk_audit.cli.configured import scan_options
from lk_audit.cli.looks import presentation
from lk_audit.cli.options import color_option
from lk_audit.cli.requests import set_up
from lk_audit.cli.saying import say
from lk_audit.configuration.pages import settings_json, settings_text


@click.command("config")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@scan_options
@color_option
def config_command(paths: tuple[str, ...], as_json: bool, color: bool | None, **options: Any) -> None:  # noqa: ANN401 - as click gives them
    """Show the settings that a scan of PATH with these options would have, and where each comes from."""
    setup = set_up(paths, options)
    running = (len(setup.rules), len(setup.loaded.rules))
    if as_json:
        say(settings_json(setup.settings, running))
    else:
        say(settings_text(setup.settings, running, presentation(color=color)))
