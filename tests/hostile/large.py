"""Files that are large, and files that are slow to read for their size."""

from __future__ import annotations

from pathlib import Path

from tests.git.repo import LEAK
from tests.hostile.model import Hostile, written
from tests.samples import SECRET

TOO_MUCH = "far too much time or memory to parse"


def sparse(tree: Path, size: int) -> None:
    """A file that is large and takes no room."""
    with (tree / "big.env").open("wb") as stream:
        stream.write(LEAK.encode())
        stream.truncate(size)


def many_files(tree: Path, size: int) -> None:
    folder = tree / "many"
    folder.mkdir()
    for number in range(size):
        (folder / f"f{number}.py").write_text("x = 1\n")


def many_findings(tree: Path, size: int) -> None:
    lines = (f"LIVEKIT_API_SECRET_{number}={number:06}{SECRET[6:]}\n" for number in range(size))
    (tree / "many.env").write_text("".join(lines))


def many_findings_on_a_line(tree: Path, size: int) -> None:
    pairs = ",".join(f'{{"LIVEKIT_API_SECRET":"{number:06}{SECRET[6:]}"}}' for number in range(size))
    (tree / "many.json").write_text(f"[{pairs}]")


def many_tokens(tree: Path, size: int) -> None:
    calls = "".join(f"const t{number} = new AccessToken('k', 's{number}');\n" for number in range(size))
    (tree / "many.ts").write_text("import { AccessToken } from 'livekit-server-sdk';\n" + calls)


LARGE = (
    Hostile(
        "a bundle on one line",
        written("bundle.js", "/* livekit AccessToken */", "function a(b){return new AccessToken(b,c).toJwt()};"),
        2_000_000,
        19_000_000,
        ("bundle.js", "minified code"),
    ),
    Hostile(
        "a bundle over the limit of size",
        written("bundle.js", "/* livekit */", "function a(b){return new AccessToken(b,c)};"),
        21_000_000,
        200_000_000,
        ("bundle.js", "too large"),
    ),
    Hostile("a sparse file", sparse, 2_000_000_000, 2_000_000_000, ("big.env", "too large")),
    Hostile(
        "a sparse file within the limit",
        sparse,
        19_000_000,
        19_000_000,
        ("big.env", "binary content"),
    ),
    Hostile("many small files", many_files, 2_000, 50_000),
    Hostile("many findings in one file", many_findings, 3_000, 240_000, ("many.env", "more findings"), seconds=40),
    Hostile(
        "many findings on one line", many_findings_on_a_line, 3_000, 240_000, ("many.json", "more findings"), seconds=40
    ),
    Hostile(
        "very many statements",
        written("a.py", "from livekit.api import AccessToken\nAccessToken()\n", "a\n"),
        1_500_000,
        19_000_000,
        ("a.py", TOO_MUCH),
        megabytes=700,
    ),
    Hostile(
        "very many values",
        written("a.json", '{"livekit_api_secret": "", "numbers": [', "1,", "1]}"),
        2_100_000,
        19_000_000,
        ("a.json", TOO_MUCH),
        seconds=40,
        megabytes=700,
    ),
    Hostile(
        "very many settings of a script",
        written("a.sh", "# livekit api_secret\n", "a=1\n"),
        2_100_000,
        19_000_000,
        ("a.sh", "500,000 lines or values"),
        seconds=40,
    ),
    Hostile(
        "very many settings of an environment",
        written("a.env", "# livekit api_secret\n", "A=1\n"),
        2_100_000,
        19_000_000,
        ("a.env", TOO_MUCH, "500,000 lines or values"),
        seconds=40,
    ),
    Hostile(
        "very many items of YAML",
        written("a.yaml", "livekit_api_secret:\n", "- é\n"),
        2_600_000,
        15_000_000,
        ("a.yaml", TOO_MUCH),
        seconds=40,
    ),
    Hostile(
        "very many scripts of a page",
        written("a.html", "<p>livekit AccessToken secret</p>\n", "<script>a=1;f(x)</script>\n"),
        1_300_000,
        19_000_000,
        ("a.html", TOO_MUCH),
    ),
    Hostile(
        "very many escapes of a text",
        written("a.json", '{"livekit_api_secret": "', "a=1\\n", '"}'),
        2_000_000,
        19_000_000,
        seconds=40,
    ),
    Hostile("many mints in one file", many_tokens, 1_500, 100_000, ("many.ts",), seconds=60),
)
SLOW = (
    Hostile(
        "JSON strings that do not end",
        written("a.json", '{"livekit": {"api_secret": "', '\\"'),
        200_000,
        19_000_000,
        ("syntax error",),
    ),
    Hostile("Python that breaks off", written("a.py", "x = AccessToken.toJwt", ".b()"), 160_000, 4_000_000),
    Hostile("Go that is no Go", written("a.go", "// AccessToken toJwt\n", "<!--"), 4_000, 500_000, seconds=60),
    Hostile(
        "Kotlin without ends of lines", written("a.kt", "// AccessToken toJwt\n", "a.b[c] + d\n"), 2_000_000, 19_000_000
    ),
    Hostile("Dart that is no Dart", written("a.dart", "// AccessToken toJwt\n", "]"), 20_000, 500_000),
    Hostile("Ruby without spaces", written("a.rb", "# AccessToken toJwt\n", "token"), 30_000, 2_000_000),
    Hostile("names of secrets", written("a.txt", "", "LIVEKIT_API_SECRET="), 100_000, 10_000_000),
    Hostile("beginnings of tokens", written("a.txt", "", "eyJhbGciOi."), 1_000_000, 19_000_000),
    Hostile("spaces", written("a.txt", "livekit_api_secret", " "), 1_000_000, 19_000_000),
    Hostile("backslashes", written("a.env", "LIVEKIT_API_SECRET=", "\\"), 1_000_000, 19_000_000),
    Hostile("quotes", written("a.yaml", "livekit_api_secret: ", '"'), 1_000_000, 19_000_000),
    Hostile("dollars and brackets", written("a.env", "LIVEKIT_API_SECRET=", "${"), 1_000_000, 19_000_000),
    Hostile("base64", written("a.txt", "livekit_api_secret ", "QUJDREVGR0hJSktM"), 1_000_000, 19_000_000),
)
