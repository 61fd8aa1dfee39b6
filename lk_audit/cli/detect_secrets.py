"""`lk-audit detect-secrets-plugin`."""

from __future__ import annotations

from pathlib import Path

import click

import lk_audit
from lk_audit.cli.saying import say_line


@click.command("detect-secrets-plugin")
def detect_secrets_plugin_command() -> None:
    """Print where the plugin for detect-secrets is: detect-secrets scan -p "$(lk-audit detect-secrets-plugin)"."""
    say_line(str(Path(lk_audit.__file__).resolve().with_name("detect_secrets_plugin.py")))
