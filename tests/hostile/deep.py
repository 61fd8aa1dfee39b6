"""What is nested, in every format, and folders in folders."""

from __future__ import annotations

import os
from pathlib import Path

from tests.git.repo import LEAK
from tests.hostile.model import GOOD, Hostile, repeated

_NESTS = {
    "a.py": ("from livekit.api import AccessToken\nx = ", "(", "1", ")"),
    "b.py": ("from livekit.api import AccessToken\nx = ", "[", "", "]"),
    "c.py": ("from livekit.api import AccessToken\nx = ", "not ", "1", ""),
    "d.py": ("from livekit.api import AccessToken\nx = 1", " + 1", "", ""),
    "e.py": ("from livekit.api import AccessToken\nx = a", ".b()", "", ""),
    "f.py": ("from livekit.api import AccessToken\nx = ", "lambda: ", "1", ""),
    "a.ts": ("import {AccessToken} from 'livekit-server-sdk';\nconst x = ", "(", "1", ")"),
    "b.ts": ("import {AccessToken} from 'livekit-server-sdk';\n", "{", "", "}"),
    "c.ts": ("import {AccessToken} from 'livekit-server-sdk';\nconst x = ", "`${", "1", "}`"),
    "d.tsx": ("import {AccessToken} from 'livekit-server-sdk';\nconst x = ", "<a>", "", "</a>"),
    "e.js": ("import {AccessToken} from 'livekit-server-sdk';\nconst x = ", "() => ", "1", ""),
    "f.js": ("import {AccessToken} from 'livekit-server-sdk';\nconst x = a", ".b()", "", ""),
    "g.js": ("import {AccessToken} from 'livekit-server-sdk';\n", "if (a) ", "b()", ""),
    "h.js": ("import {AccessToken} from 'livekit-server-sdk';\n", "`", "", ""),
    "i.js": ("import {AccessToken} from 'livekit-server-sdk';\n", "a()", "", ""),
    "j.ts": ("import {AccessToken} from 'livekit-server-sdk';\nconst x = a", ".b()\n", "", ""),
    "a.vue": ("<script>import {AccessToken} from 'livekit-server-sdk';\nx = ", "[", "", "]"),
    "a.html": ("<p>livekit AccessToken</p>", "<div>", "", "</div>"),
    "a.go": ('package main\nimport "github.com/livekit/protocol/auth"\nvar x = ', "(", "auth.NewAccessToken", ")"),
    "b.go": ('package main\nimport "github.com/livekit/protocol/auth"\nfunc a() ', "{", "auth.NewAccessToken()", "}"),
    "a.php": ("<?php\nuse Agence104\\LiveKit\\AccessToken;\n$x = ", "[", "", "]"),
    "a.rb": ("require 'livekit'\nLiveKit::AccessToken\nx = ", "[", "", "]"),
    "b.rb": ("require 'livekit'\nLiveKit::AccessToken\nx = a", ".b()\n", "", ""),
    "a.dart": ("import 'package:livekit_server_sdk/livekit_server_sdk.dart';\nvar x = ", "[", "AccessToken", "]"),
    "a.swift": ("import LiveKit\nlet AccessToken = ", "[", "", "]"),
    "a.cs": ("using Livekit.Server.Sdk.Dotnet;\nvar AccessToken = ", "(", "1", ")"),
    "a.rs": ("use livekit_api::access_token::AccessToken;\nfn a() ", "{", "", "}"),
    "a.java": ("import io.livekit.server.AccessToken;\nclass A { int x = ", "(", "1", ")"),
    "a.kt": ("import io.livekit.server.AccessToken\nval x = ", "(", "1", ")"),
    "a.json": ('{"livekit_api_secret": ', '{"a":', "1", "}"),
    "b.json": ('{"livekit_api_secret": ', "[", "", "]"),
    "a.yaml": ("livekit_api_secret: ", "[", "", "]"),
    "b.yaml": ("livekit_api_secret: ", "{a: ", "", "}"),
    "c.yaml": ("livekit_api_secret:\n", "- ", "a", ""),
    "a.env": ("LIVEKIT_API_SECRET=", "${A:-", "", "}"),
    "a.toml": ("livekit_api_secret = ", "[", "", "]"),
    "a.sh": ("# livekit api_secret\nx=", "$(", "a", ")"),
    "a.ipynb": ('{"livekit_api_secret": 1, "cells": ', "[", "", "]"),
    "a.md": ("livekit api_secret ", "> ", "a", ""),
    "a.xml": ("<livekit api_secret='a'/>", "<a>", "", "</a>"),
    "a.tf": ('variable "livekit_api_secret" ', "{", "", "}"),
}

_CLASS, _WITH_USE = "AccessToken", "AccessToken_toJwt"
"""Code that names the class alone is not parsed: it must be used, or look as if it was."""
NESTED = tuple(
    Hostile(
        f"nesting in {name}: {unit.strip()}",
        repeated(name, head.replace(_CLASS, _WITH_USE), unit, middle.replace(_CLASS, _WITH_USE), close),
        3_000,
        100_000,
    )
    for name, (head, unit, middle, close) in _NESTS.items()
)


def indented(tree: Path, size: int) -> None:
    levels = "".join(f"{' ' * level}a:\n" for level in range(size))
    (tree / "deep.yaml").write_text(f"livekit_api_secret: 1\n{levels}")


def deep_folders(tree: Path, size: int) -> None:
    """Folders in folders, deeper than a path may be long."""
    start = os.open(tree, os.O_RDONLY)
    here = start
    for _ in range(size):
        os.mkdir("d", dir_fd=here)
        there = os.open("d", os.O_RDONLY, dir_fd=here)
        if here != start:
            os.close(here)
        here = there
    file = os.open(GOOD, os.O_WRONLY | os.O_CREAT, dir_fd=here)
    os.write(file, LEAK.encode())
    for number in (file, here, start):
        os.close(number)


DEEP = (
    Hostile("indentation", indented, 1_000, 4_000),
    Hostile("folders deeper than a path may be long", deep_folders, 2_500, 10_000, ("cannot be read",)),
)
