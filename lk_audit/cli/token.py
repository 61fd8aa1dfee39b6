"""`lk-audit token`."""

from __future__ import annotations

import time

import click

from lk_audit import token_inspection
from lk_audit.cli.exits import CLEAN, FINDINGS
from lk_audit.cli.looks import presentation
from lk_audit.cli.options import color_option, ttl_option
from lk_audit.cli.pages import token_text
from lk_audit.cli.saying import say, standard_input
from lk_audit.errors import UsageError
from lk_audit.livekit.tokens import read_token
from lk_audit.rule_api import Options
from lk_audit.rule_loader import load_rules


@click.command("token")
@click.argument("jwt", default="-", metavar="[JWT|-]")
@ttl_option
@color_option
def token_command(jwt: str, max_ttl: float, color: bool | None) -> int:
    """Tell what a token is, what its holder may do and what is wrong with it; - reads it from standard input.

    Exit codes: 0 nothing wrong, 1 something wrong, 2 not a LiveKit token.
    """
    text = standard_input(1 << 20).decode("utf-8", "replace") if jwt == "-" else jwt
    decoded = read_token(text.strip().removeprefix("Bearer ").strip())
    if decoded is None:
        what = "that is no JWT" if text.strip() else "there is no JWT on standard input"
        raise UsageError(f"{what}: three parts with dots between, of which the first begins with eyJ")
    if not decoded.is_livekit:
        raise UsageError("that is a JWT, but no LiveKit access token: it needs HS256 and a LiveKit grant")
    options = Options(max_ttl=max_ttl, now=time.time())
    problems = token_inspection.judge(decoded, load_rules().rules, options)
    say(token_text(decoded, problems, options, presentation(color=color)))
    return FINDINGS if problems else CLEAN
