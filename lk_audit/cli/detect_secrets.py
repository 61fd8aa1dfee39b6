"""`lk-audit detect-secrets-plugin`."""

from __future__ import annotations

from pathlib import Path

import click

import lk_audit


@click.command("detect-secrets-plugin")
def detect_secrets_plugin_command() -> None:
    """Print where the plugin for detect-secrets is: detect-secrets scan -p "$(lk-audit detect-secrets-plugin)"."""
    click.echo(Path(lk_audit.__file__).resolve().with_name("detect_secrets_plugin.py"))
