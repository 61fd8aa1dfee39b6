"""Which frontend reads a file, by its name alone."""

from __future__ import annotations

_BY_SUFFIX: dict[str, str] = {
    **dict.fromkeys((".py", ".pyi"), "python"),
    **dict.fromkeys((".js", ".jsx", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".tsx"), "javascript"),
    **dict.fromkeys((".vue", ".svelte", ".astro", ".html", ".htm", ".xhtml"), "page"),
    ".go": "go",
    **dict.fromkeys((".php", ".phtml", ".inc"), "php"),
    **dict.fromkeys((".rb", ".rake", ".ru", ".jbuilder"), "ruby"),
    ".dart": "dart",
    ".swift": "swift",
    ".ipynb": "notebook",
    **dict.fromkeys((".cs", ".csx"), "csharp"),
    ".rs": "rust",
    **dict.fromkeys((".ex", ".exs"), "elixir"),
    ".java": "java",
    **dict.fromkeys((".kt", ".kts"), "kotlin"),
    **dict.fromkeys((".env",), "dotenv"),
    **dict.fromkeys((".yml", ".yaml"), "yaml"),
    **dict.fromkeys((".json", ".jsonc", ".json5", ".webmanifest", ".code-workspace", ".map"), "json"),
}
CODE = frozenset(
    {"python", "javascript", "go", "java", "kotlin", "php", "ruby", "dart", "swift", "csharp", "rust", "elixir"}
)
"""The frontends of programming languages; the others read data and text."""
MIXED = frozenset({"page", "notebook"})
"""The frontends of files that hold code among other things."""
_DOTENV_NAMES = frozenset(
    {"env.example", "env.sample", "env.template", "env.local", ".envrc", ".flaskenv", ".dev.vars"}
)
_DOTENV_STARTS = (".env.", ".env-", ".env_", ".dev.vars.")
_OF_COPIES = frozenset({"example", "sample", "template", "tmpl", "dist", "default", "bak", "old", "orig", "save"})
"""Last parts of the names of files that are there to be copied, or are copies that were kept."""
_LOCK_FILES = frozenset(
    {
        "package-lock.json",
        "npm-shrinkwrap.json",
        "pnpm-lock.yaml",
        "yarn.lock",
        "bun.lock",
        "poetry.lock",
        "uv.lock",
        "pdm.lock",
        "pipfile.lock",
        "cargo.lock",
        "composer.lock",
        "gemfile.lock",
        "podfile.lock",
        "pubspec.lock",
        "package.resolved",
        "go.sum",
        "go.work.sum",
        "deno.lock",
        "flake.lock",
        "packages.lock.json",
        "gradle.lockfile",
    }
)


def frontend_for(path: str) -> str | None:
    """The name of the frontend module for a file, by its name alone; None for lock files, which nobody writes."""
    name = path.rpartition("/")[2].lower()
    if name in _LOCK_FILES:
        return None
    if _is_dotenv(name):
        return "dotenv"
    if name.endswith(".gradle.kts"):
        # A build script is a list of settings, like those of Gradle's other language.
        return "text"
    stem, dot, suffix = name.rpartition(".")
    if suffix in _OF_COPIES:
        # `livekit.yaml.example` is data as the file that is made of it; code that nobody runs stays text.
        copied = frontend_for(stem)
        return "text" if copied in CODE | MIXED else copied
    return _BY_SUFFIX.get(f".{suffix}", "text") if dot else "text"


def _is_dotenv(name: str) -> bool:
    """Whether a file name is that of an environment file: `.env.local`, `prod.env`, `app.env.example` ..."""
    if name in _DOTENV_NAMES or name.endswith(".env") or name.startswith(_DOTENV_STARTS):
        return True
    *_, last = ("." + name).rsplit(".", 1)
    return ".env." in name and last not in {"ts", "js", "py", "go", "json", "yaml", "yml", "d"}
