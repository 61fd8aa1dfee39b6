"""What is no text, what is no file, and names that are anything but names."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from tests.git.repo import LEAK
from tests.hostile.model import Hostile
from tests.samples import SECRET

# --- no text ----------------------------------------------------------------------------------------------------------

ARCHIVE = b"PK\x03\x04" + b"\x14\0\0\0\x08\0" + bytes(range(256)) * 50 + b"livekit AccessToken"


def binaries(tree: Path, _size: int) -> None:
    for name in ("zip.py", "zip.json", "zip.env", "zip.yaml", "zip.ts"):
        (tree / name).write_bytes(ARCHIVE)


def noise_without_nul(tree: Path, size: int) -> None:
    noise = bytes(byte for byte in range(1, 256) if byte not in b"\r\n")
    for suffix in _SUFFIXES:
        (tree / f"noise.{suffix}").write_bytes(b"livekit AccessToken api_secret eyJ " + noise * (size // len(noise)))


_SUFFIXES = (
    *("py", "ts", "tsx", "vue", "go", "php", "rb", "dart", "swift", "ipynb", "cs", "rs", "java", "kt"),
    *("yaml", "json", "env", "txt", "md", "sh", "toml", "html", "xml"),
)


def encodings(tree: Path, _size: int) -> None:
    for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        mark = "\ufeff".encode(encoding)
        (tree / f"{encoding}.env").write_bytes(mark + LEAK.encode(encoding))
        (tree / f"{encoding}-cut.env").write_bytes((mark + LEAK.encode(encoding))[:-1])
    (tree / "mixed.env").write_bytes(f"A=1\r\nB=2\r{LEAK}\r\n\r\r\n".encode())
    (tree / "surrogates.json").write_text('{"livekit": "\\ud800", "\\udfff": "\\ud83d", "api_secret": "\\udc00"}')
    (tree / "lone.py").write_bytes(b"from livekit import api\nx = '\xed\xa0\x80'\n")
    (tree / "nul.py").write_bytes(b"from livekit import api\nx = 1\0\n")
    (tree / "nuls.py").write_bytes(b"from livekit import api\nx = 1" + bytes(9) + b"\n")


# --- no files ---------------------------------------------------------------------------------------------------------


def pipes_and_devices(tree: Path, _size: int) -> None:
    os.mkfifo(tree / "pipe.env")
    os.mkfifo(tree / ".gitignore")
    (tree / "zero.env").symlink_to("/dev/zero")
    (tree / "random.py").symlink_to("/dev/urandom")
    (tree / "stdin.env").symlink_to("/dev/stdin")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(tree)
        server.bind("socket.env")
        os.chdir(here)


def links(tree: Path, _size: int) -> None:
    (tree / "loop").symlink_to(tree)
    (tree / "self.env").symlink_to("self.env")
    (tree / "a.env").symlink_to("b.env")
    (tree / "b.env").symlink_to("a.env")
    (tree / "dangling.env").symlink_to("nowhere")
    (tree / "outside.env").symlink_to("/etc/passwd")
    (tree / "up").symlink_to("..")
    (tree / "root").symlink_to("/")
    (tree / "long.env").symlink_to("x" * 3000)


NAMES = (
    b"new\nline.env",
    b"esc\x1b[31m\x1b]0;title\x07.env",
    b"\xff\xfe.env",
    "bidi\u202etxt.env".encode(),
    b"--output=x.env",
    b"-rf.env",
    b":(glob)**.env",
    b"%0a::error::x.env",
    b"a\rb.env",
    b"<script>alert(1)<.env",
    b"`$(touch x)`.env",
    b"a'b\"c.env",
    b"a\\b.env",
    b" .env",
    b"x" * 250 + b".env",
)


def names(tree: Path, _size: int) -> None:
    """Names that are anything but names; each file leaks its own secret."""
    for number, name in enumerate(NAMES):
        with open(os.fsencode(tree) + b"/" + name, "w", encoding="utf-8") as stream:  # noqa: PTH123 - a name of bytes
            stream.write(f"LIVEKIT_API_SECRET={number:02}{SECRET[2:]}\n")


BINARY = (
    Hostile("archives", binaries, 1, 1, ("zip.py", "zip.json", "zip.env", "binary content")),
    Hostile("noise", noise_without_nul, 5_000, 500_000, seconds=40),
    Hostile("encodings", encodings, 1, 1, ("nuls.py", "binary content")),
)
SPECIAL = (
    Hostile("pipes and devices", pipes_and_devices, 1, 1, ("pipe.env", "not a regular file", "zero.env")),
    Hostile("links", links, 1, 1, ("self.env", "dangling.env", "outside.env", "a broken symbolic link")),
    Hostile("names", names, 1, 1),
)
