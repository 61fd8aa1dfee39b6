"""Which file an import means."""

from __future__ import annotations

import json

import pytest

from lk_audit.project.files import Files
from lk_audit.project.manifests import Manifests
from lk_audit.project.resolution import Resolution
from lk_audit.source import Source


def resolution(*paths: str, **manifests: object) -> Resolution:
    sources = [Source.from_text(path, "x = 1\n") for path in paths]
    sources += [Source.from_text(path, json.dumps(content)) for path, content in manifests.items()]
    files = Files(sources)
    return Resolution(files, Manifests(files))


@pytest.mark.parametrize(
    ("importer", "module", "expected"),
    [
        ("app/main.py", "app.config", "app/config.py"),
        ("app/main.py", ".config", "app/config.py"),
        ("app/api/routes.py", "..config", "app/config.py"),
        ("app/api/routes.py", "...app.config", "app/config.py"),
        ("app/main.py", "app.api", "app/api/__init__.py"),
        ("app/main.py", "app.api.routes", "app/api/routes.py"),
        ("scripts/run.py", "helpers", "scripts/helpers.py"),
        ("scripts/run.py", "lib.tokens", "src/lib/tokens.py"),
        ("app/main.py", "livekit.api", None),
        ("app/main.py", "secrets", None),
        ("app/jwt.py", "jwt", None),
        ("app/views.py", "django.conf.settings", "site/settings.py"),
        ("app/main.py", "......x", None),
        ("app/api/routes.py", ".config", None),
        ("app/main.py", "rooms", "rooms.py"),
        ("app/main.py", "os.path", None),
    ],
)
def test_python_modules(importer: str, module: str, expected: str | None) -> None:
    found = resolution(
        *("app/__init__.py", "app/main.py", "app/config.py", "app/jwt.py", "app/secrets.py", "app/views.py"),
        *("app/api/__init__.py", "app/api/routes.py", "scripts/run.py", "scripts/helpers.py", "src/lib/tokens.py"),
        *("site/settings.py", "rooms.py", "app/rooms.py", "os/path.py"),
    )

    assert found.python(importer, module) == expected


def test_the_project_may_be_a_package_itself() -> None:
    assert resolution("__init__.py", "token.py").python("token.py", ".") == "__init__.py"


@pytest.mark.parametrize("folder", ["src", "lib", "app", "backend", "server", "api"])
def test_the_code_of_python_may_be_in_a_folder_of_its_own(folder: str) -> None:
    assert resolution(f"{folder}/keys.py").python("scripts/run.py", "keys") == f"{folder}/keys.py"


@pytest.mark.parametrize("settings", ["site/settings.py", "site/settings/base.py", "site/settings/__init__.py"])
def test_the_settings_of_django_are_those_closest_to_the_top(settings: str) -> None:
    found = resolution(settings, "site/a/b/c/settings.py", "site/z/y/settings/base.py")

    assert found.python("app/views.py", "django.conf.settings") == settings


@pytest.mark.parametrize(
    ("specifier", "expected"),
    [
        ("./token", "web/src/lib/token.ts"),
        ("./token.js", "web/src/lib/token.ts"),
        (".", "web/src/lib/index.ts"),
        ("../lib", "web/src/lib/index.ts"),
        ("../views/Room.vue", "web/src/views/Room.vue"),
        ("@/lib/token", "web/src/lib/token.ts"),
        ("~shared/time", "web/src/shared/time.ts"),
        ("src/lib/token", "web/src/lib/token.ts"),
        ("~/lib/token", "web/src/lib/token.ts"),
        ("$lib/token", "web/src/lib/token.ts"),
        ("~~/src/lib/token", "web/src/lib/token.ts"),
        ("@@/src/lib/token", "web/src/lib/token.ts"),
        ("/src/lib/token", "web/src/lib/token.ts"),
        ("#tokens", "web/src/lib/token.ts"),
        ("@acme/calls", "packages/calls/src/index.ts"),
        ("@acme/calls/tokens", "packages/calls/src/tokens.ts"),
        ("livekit-server-sdk", None),
        ("../../../../outside", None),
        ("./token?raw", "web/src/lib/token.ts"),
    ],
)
def test_javascript_specifiers(specifier: str, expected: str | None) -> None:
    found = resolution(
        *("web/src/lib/index.ts", "web/src/lib/token.ts", "web/src/views/Room.vue", "web/src/shared/time.ts"),
        *("packages/calls/src/index.ts", "packages/calls/src/tokens.ts"),
        **{
            "web/package.json": {"name": "web", "imports": {"#tokens": "./src/lib/token.ts"}},
            "web/tsconfig.json": {"extends": "./tsconfig.paths"},
            "web/tsconfig.paths.json": {"compilerOptions": {"paths": {"~shared/*": ["./src/shared/*"]}}},
            "packages/calls/package.json": {
                "name": "@acme/calls",
                "main": "dist/index.js",
                "exports": {".": {"import": "./dist/index.js"}, "./*": "./dist/*.js"},
            },
        },
    )

    assert found.javascript("web/src/lib/mint.ts", specifier) == expected


@pytest.mark.parametrize(
    ("prefix", "folder"),
    [
        *(("@/", "src/"), ("@/", ""), ("@/", "app/"), ("~/", "src/"), ("~/", ""), ("~/", "app/"), ("~~/", "")),
        *(("@@/", ""), ("$lib/", "src/lib/"), ("src/", "src/"), ("/", ""), ("/", "public/")),
    ],
)
def test_frameworks_have_aliases_of_their_own(prefix: str, folder: str) -> None:
    assert resolution(f"{folder}token.ts").javascript("a.ts", f"{prefix}token") == f"{folder}token.ts"


def test_without_a_manifest_nothing_is_named_by_a_hash() -> None:
    assert resolution("tokens.ts").javascript("a.ts", "#tokens") is None


@pytest.mark.parametrize(
    ("exports", "expected"),
    [
        ("./made/all.js", "keys/made/all.js"),
        ({"import": "./made/all.js"}, "keys/made/all.js"),
        ({".": {"node": {"import": "./made/all.js"}}}, "keys/made/all.js"),
        ({"./other": "./made/all.js"}, None),
        ("../../made/all.js", None),
    ],
)
def test_a_package_exports_a_file_under_conditions(exports: object, expected: str | None) -> None:
    package = {"name": "keys", "browser": {".": "./made/browser.js"}, "exports": exports}
    found = resolution("keys/made/all.js", "keys/made/browser.js", **{"keys/package.json": package})

    assert found.javascript("web/a.js", "keys") == expected


@pytest.mark.parametrize(
    ("path", "specifier"),
    [
        *(("keys/rotate.ts", "keys/rotate"), ("keys/src/rotate.ts", "keys/rotate")),
        *(("keys/index.ts", "keys"), ("keys/src/index.ts", "keys")),
    ],
)
def test_a_package_that_exports_nothing_is_its_folder(path: str, specifier: str) -> None:
    assert resolution(path, **{"keys/package.json": {"name": "keys"}}).javascript("web/a.js", specifier) == path


@pytest.mark.parametrize(("main", "expected"), [("start.js", "lib/start.js"), (".", "lib/index.js")])
def test_a_folder_is_the_file_that_its_manifest_names(main: str, expected: str) -> None:
    found = resolution("lib/start.js", "lib/index.js", **{"lib/package.json": {"main": main}})

    assert found.javascript("a.js", "./lib") == expected


def test_types_that_are_built_stand_for_their_source() -> None:
    package = {"name": "keys", "types": "./dist/main.d.ts"}

    assert resolution("keys/src/main.ts", **{"keys/package.json": package}).javascript("web/a.ts", "keys") == (
        "keys/src/main.ts"
    )


def test_a_base_url_makes_bare_paths_files_of_the_project() -> None:
    found = resolution("src/lib/token.ts", **{"jsconfig.json": {"compilerOptions": {"baseUrl": "src"}}})

    assert found.javascript("src/app.js", "lib/token") == "src/lib/token.ts"


def test_configurations_that_extend_each_other_come_to_an_end() -> None:
    found = resolution("a.ts", **{"tsconfig.json": {"extends": "./b"}, "b.json": {"extends": "./tsconfig"}})

    assert found.javascript("a.ts", "@/x") is None


@pytest.mark.parametrize(
    ("specifier", "expected"),
    [
        ("@acme/keys/rotate.js", "keys/lib/rotate.js"),
        ("@acme/keys/features/pair/index", "keys/made/pair.js"),
        ("@acme/keys/only", "keys/made/only.js"),
        ("@acme/keys/none.js", None),
    ],
)
def test_the_star_of_an_export_stands_for_what_is_between_its_ends(specifier: str, expected: str | None) -> None:
    exports = {"./*.js": "./lib/*.js", "./features/*/index": "./made/*.js", "./only": {"import": "./made/only.js"}}
    found = resolution(
        *("keys/lib/rotate.js", "keys/made/pair.js", "keys/made/only.js"),
        **{"keys/package.json": {"name": "@acme/keys", "exports": exports}},
    )

    assert found.javascript("web/a.js", specifier) == expected


@pytest.mark.parametrize(
    "suffix", [".ts", ".tsx", ".js", ".jsx", ".mts", ".mjs", ".cts", ".cjs", ".vue", ".svelte", ".astro"]
)
def test_a_specifier_may_leave_the_suffix_out(suffix: str) -> None:
    assert resolution(f"lib/token{suffix}").javascript("a.ts", "./lib/token") == f"lib/token{suffix}"
    assert resolution(f"lib/index{suffix}").javascript("a.ts", "./lib") == f"lib/index{suffix}"


@pytest.mark.parametrize(
    ("written", "source"), [(".js", ".ts"), (".js", ".tsx"), (".jsx", ".tsx"), (".mjs", ".mts"), (".cjs", ".cts")]
)
def test_a_specifier_may_have_the_suffix_that_a_file_is_compiled_to(written: str, source: str) -> None:
    assert resolution(f"token{source}").javascript("a.ts", f"./token{written}") == f"token{source}"


@pytest.mark.parametrize("folder", ["dist", "build", "lib", "out", "esm", "cjs"])
def test_what_is_built_stands_for_its_source(folder: str) -> None:
    package = {"name": "@acme/keys", "main": f"./{folder}/main.js"}
    found = resolution("keys/src/main.ts", **{"keys/package.json": package})

    assert found.javascript("web/a.ts", "@acme/keys") == "keys/src/main.ts"


@pytest.mark.parametrize("field", ["source", "module", "main", "types"])
def test_a_package_is_the_file_that_its_manifest_names(field: str) -> None:
    found = resolution("keys/code/keys.ts", **{"keys/package.json": {"name": "keys", field: "./code/keys.ts"}})

    assert found.javascript("web/a.ts", "keys") == "keys/code/keys.ts"
