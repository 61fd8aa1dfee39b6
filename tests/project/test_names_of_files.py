"""Which file a name means in languages that find files by what they declare, or by the folders they are in."""

from __future__ import annotations

import json

import pytest

from lk_audit.project.autoload import Autoload
from lk_audit.project.declared import Declared
from lk_audit.project.files import Files
from lk_audit.project.manifests import Manifests
from lk_audit.project.resolution import Resolution
from lk_audit.source import Source


def files_of(files: dict[str, str]) -> Files:
    return Files([Source.from_text(path, text) for path, text in files.items()])


def declaring(form: str, *names: str) -> dict[str, str]:
    return {path: form.replace("NAME", path.rpartition("/")[2].partition(".")[0]) for path in names}


PHP = {
    "composer.json": json.dumps(
        {"autoload": {"psr-4": {"Shop\\": "code/", "Root\\": "."}}, "autoload-dev": {"psr-4": {"Tests\\": "tests/"}}}
    ),
    **declaring(
        "<?php class NAME {}",
        *("code/Calls/Tokens.php", "old/shop/calls/Tokens.php", "tests/Calls/Maker.php", "Rooms.php"),
        *("lib/Billing/Invoice.php", "lib/Mail/Invoice.php", "public/index.php", "public/inc/settings.php"),
    ),
    "config/services.php": "<?php return [];",
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Shop.Calls.Tokens", "code/Calls/Tokens.php"),
        ("Tests.Calls.Maker", "tests/Calls/Maker.php"),
        ("Root.Rooms", "Rooms.php"),
        ("Acme.Billing.Invoice", "lib/Billing/Invoice.php"),
        ("Acme.Mail.Invoice", "lib/Mail/Invoice.php"),
        ("acme.mail.invoice", "lib/Mail/Invoice.php"),
        ("Shop.Services", None),
        ("Shop.Calls.Missing", None),
        ("./inc/settings.php", "public/inc/settings.php"),
        ("inc/settings.php", "public/inc/settings.php"),
        ("/inc/settings.php", "public/inc/settings.php"),
        ("config/services.php", "config/services.php"),
        ("../config/services.php", "config/services.php"),
        ("../../config/services.php", None),
        ("missing.php", None),
    ],
)
def test_classes_and_includes_of_php(name: str, expected: str | None) -> None:
    files = files_of(PHP)

    assert Autoload(files, Manifests(files)).target("public/index.php", name, "php") == expected


RUBY = declaring(
    "class NAME; end",
    *("app/services/token_service.rb", "engine/app/services/token_service.rb", "app/models/http_client.rb"),
    *("app/controllers/calls_controller.rb", "lib/shop/keys.rb", "app/controllers/helpers.rb", "setup.rb"),
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (".TokenService", "app/services/token_service.rb"),
        (".HTTPClient", "app/models/http_client.rb"),
        (".token_service", None),
        (".MissingService", None),
        ("./helpers", "app/controllers/helpers.rb"),
        ("./helpers.rb", "app/controllers/helpers.rb"),
        ("../services/token_service", "app/services/token_service.rb"),
        ("../../../outside", None),
        ("shop/keys", "lib/shop/keys.rb"),
        ("shop/keys.rb", "lib/shop/keys.rb"),
        ("setup", "setup.rb"),
        ("json", None),
    ],
)
def test_constants_and_requires_of_ruby(name: str, expected: str | None) -> None:
    files = files_of(RUBY)

    found = Autoload(files, Manifests(files)).target("app/controllers/calls_controller.rb", name, "ruby")

    assert found == expected


@pytest.mark.parametrize(
    ("importer", "name", "expected"),
    [
        ("apps/a/lib/web.ex", "Shop.Tokens", "apps/a/lib/tokens.ex"),
        ("apps/b/lib/web.ex", "Shop.Tokens", "apps/b/lib/tokens.ex"),
        ("apps/a/lib/web.ex", "Shop.Keys", "apps/b/lib/tokens.ex"),
        ("apps/a/lib/web.ex", "Tokens", None),
        ("apps/a/lib/web.ex", "Shop.Missing", None),
    ],
)
def test_modules_of_elixir(importer: str, name: str, expected: str | None) -> None:
    files = files_of(
        {
            "apps/a/lib/web.ex": "defmodule Shop.Web do\nend\n",
            "apps/b/lib/web.ex": "defmodule Other.Web do\nend\n",
            "apps/a/lib/tokens.ex": "defmodule Shop.Tokens do\nend\n",
            "apps/b/lib/tokens.ex": "defmodule Shop.Tokens do\nend\n  defmodule Shop.Keys do\n  end\n",
        }
    )

    assert Autoload(files, Manifests(files)).target(importer, name, "elixir") == expected


def test_no_file_means_itself() -> None:
    files = files_of({"lib/tokens.ex": "defmodule Shop.Tokens do\nend\n"})

    assert Autoload(files, Manifests(files)).target("lib/tokens.ex", "Shop.Tokens", "elixir") is None


JVM = {
    "app/src/main/java/com/acme/web/Web.java": "package com.acme.web;\nclass Web {}",
    "app/src/main/java/com/acme/calls/Tokens.java": "package com.acme.calls;\npublic final class Tokens {}",
    "other/src/main/java/com/acme/calls/Keys.java": "package com.acme.calls;\nrecord Keys() {}",
    "app/src/main/java/com/acme/calls/inner/Deep.java": "package com.acme.calls.inner;\ninterface Deep {}",
    "app/src/main/kotlin/rooms/Rooms.kt": ("package com.acme.rooms\nobject Rooms\nfun open() = 1\nval limit = 3"),
    "docs/com/acme/calls/Note.java": "class Note {}",
    "app/src/main/java/com/acme/web/com/acme/calls/Note.java": "package other;\nclass Note {}",
    "org/acme/Top.java": "package org.acme;\nclass Top {}",
}


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        ("com.acme.calls", "app/src/main/java/com/acme/calls"),
        ("com.acme.calls.inner", "app/src/main/java/com/acme/calls/inner"),
        ("com.acme.rooms", "app/src/main/kotlin/rooms"),
        (".", "app/src/main/java/com/acme/web"),
        ("com.acme", None),
        ("org.acme", "org/acme"),
        ("io.livekit.server", None),
    ],
)
def test_packages_of_java_and_kotlin(package: str, expected: str | None) -> None:
    files = files_of(JVM)

    assert Resolution(files, Manifests(files)).jvm("app/src/main/java/com/acme/web/Web.java", package) == expected


@pytest.mark.parametrize(
    ("folder", "name", "expected"),
    [
        ("app/src/main/java/com/acme/calls", "Tokens", ["app/src/main/java/com/acme/calls/Tokens.java"]),
        ("app/src/main/java/com/acme/calls", "Keys", []),
        ("app/src/main/kotlin/rooms", "Rooms", ["app/src/main/kotlin/rooms/Rooms.kt"]),
        ("app/src/main/kotlin/rooms", "open", ["app/src/main/kotlin/rooms/Rooms.kt"]),
        ("app/src/main/kotlin/rooms", "limit", ["app/src/main/kotlin/rooms/Rooms.kt"]),
        ("missing", "Tokens", []),
    ],
)
def test_declarations_in_a_package_of_java_or_kotlin(folder: str, name: str, expected: list[str]) -> None:
    files = files_of(JVM)

    assert list(Resolution(files, Manifests(files)).declaring(folder, name)) == expected


@pytest.mark.parametrize(
    "name",
    [
        *("String", "System", "Long", "Integer", "Boolean", "Math", "Object", "Map", "List", "Set", "Date", "Instant"),
        *("Duration", "TimeUnit", "Override", "Exception", "RuntimeException", "Double", "Int", "Any", "Unit", "it"),
    ],
)
def test_what_java_and_kotlin_have_themselves_is_meant_by_its_name(name: str) -> None:
    files = files_of({"acme/A.kt": f"package acme\nclass {name}\nval {name} = 1"})

    assert list(Resolution(files, Manifests(files)).declaring("acme", name)) == []


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("tokens.dart", "server/lib/src/tokens.dart"),
        ("../shop.dart", "server/lib/shop.dart"),
        ("package:shop/shop.dart", "server/lib/shop.dart"),
        ("package:shop/src/tokens.dart", "server/lib/src/tokens.dart"),
        ("package:keys/keys.dart", "packages/keys/lib/keys.dart"),
        ("package:shop/missing.dart", None),
        ("package:livekit_client/livekit_client.dart", None),
        ("dart:io", None),
        ("../../../../outside.dart", None),
    ],
)
def test_libraries_of_dart(uri: str, expected: str | None) -> None:
    files = files_of(
        {
            "server/pubspec.yaml": "name: shop\n",
            "packages/keys/pubspec.yaml": "name: keys\n",
            **dict.fromkeys(
                ("server/lib/shop.dart", "server/lib/src/tokens.dart", "packages/keys/lib/keys.dart"), "var a = 1;"
            ),
        }
    )

    assert Resolution(files, Manifests(files)).dart("server/lib/src/web.dart", uri) == expected


@pytest.mark.parametrize(
    ("importer", "package", "expected"),
    [
        ("api/main.go", "example.com/api/tokens", "api/tokens"),
        ("api/main.go", "example.com/api", "api"),
        ("api/main.go", "example.com/shared/keys", "shared/keys"),
        ("api/main.go", "example.com/apis", None),
        ("api/main.go", ".", "api"),
        ("copy/main.go", "example.com/api/tokens", "copy/tokens"),
        ("api/main.go", "example.com/api/missing", None),
        ("api/main.go", "github.com/livekit/protocol/auth", None),
    ],
)
def test_packages_of_go(importer: str, package: str, expected: str | None) -> None:
    files = files_of(
        {
            "api/go.mod": "module example.com/api\n",
            "shared/go.mod": "module example.com/shared\n",
            "api/main.go": "package main\n",
            "api/tokens/tokens.go": "package tokens\n",
            "api/missing/only_test.go": "package missing\n",
            "api/s/s.go": "package s\n",
            "copy/go.mod": "module example.com/api\n",
            "copy/main.go": "package main\n",
            "copy/tokens/tokens.go": "package tokens\n",
            "shared/keys/keys.go": "package keys\n",
        }
    )

    assert Resolution(files, Manifests(files)).go(importer, package) == expected


SWIFT = {
    "Package.swift": "// swift-tools-version:5.9\n",
    "Sources/App/main.swift": "let a = 1\n",
    "Sources/Tokens/Tokens.swift": "let b = 1\n",
    "phone/Phone.xcodeproj/project.pbxproj": "{}\n",
    "phone/Phone/App.swift": "let c = 1\n",
    "phone/Phone/Views/Call.swift": "let d = 1\n",
    "scripts/run.swift": "let e = 1\n",
    "tool/Package.swift": "// swift-tools-version:5.9\n",
    "tool/Sources/a.swift": "let f = 1\n",
    "tool/Sources/b.swift": "let g = 1\n",
}


@pytest.mark.parametrize(
    ("importer", "module", "expected"),
    [
        ("Sources/App/main.swift", "Tokens", ["Sources/Tokens/Tokens.swift"]),
        ("Sources/App/main.swift", "App", []),
        ("Sources/App/main.swift", "Vapor", []),
        ("Sources/App/main.swift", ".", ["Sources/App/main.swift"]),
        ("phone/Phone/App.swift", ".", ["phone/Phone/App.swift", "phone/Phone/Views/Call.swift"]),
        ("phone/Phone/App.swift", "Tokens", []),
        ("scripts/run.swift", ".", ["scripts/run.swift"]),
        ("tool/Sources/a.swift", ".", ["tool/Sources/a.swift", "tool/Sources/b.swift"]),
    ],
)
def test_modules_of_swift(importer: str, module: str, expected: list[str]) -> None:
    files = files_of(SWIFT)
    found = Resolution(files, Manifests(files))

    folder = found.swift(importer, module)

    assert [path for path in found.package_files(folder or "") if not path.endswith("Package.swift")] == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Tokens", ("src/Tokens.cs",)),
        ("Wanted", ("src/Tokens.cs",)),
        ("Kind", ("src/Kinds.cs",)),
        ("Room", ("src/Kinds.cs", "src/Tokens.cs")),
        ("ITokens", ("src/Kinds.cs",)),
        ("Missing", ()),
    ],
)
def test_types_of_csharp(name: str, expected: tuple[str, ...]) -> None:
    files = files_of(
        {
            "src/Tokens.cs": "public sealed class Tokens : ITokens {}\nrecord Wanted(int Id);\npartial struct Room {}",
            "src/Kinds.cs": "enum Kind { A }\ninterface ITokens {}\nrecord struct Room(int Id);",
        }
    )

    assert sorted(Declared(files).csharp(name)) == sorted(expected)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("src/Web/Pages/Call.cs", "src/Web/Web.csproj"),
        ("src/Lib/Keys.cs", "src/Shop.csproj"),
        ("src/Two/Keys.cs", "src/Two/A.csproj"),
        ("other/Keys.cs", None),
    ],
)
def test_the_project_of_a_file_of_csharp_is_the_nearest_above_it(path: str, expected: str | None) -> None:
    projects = (
        "src/Web/Web.csproj",
        "src/Shop.csproj",
        "src/Two/A.csproj",
        "src/Two/B.csproj",
        "src/Web/Inner.csproj.user",
    )

    assert Declared(files_of(dict.fromkeys(projects, "<Project />"))).csharp_project(path) == expected


@pytest.mark.parametrize(
    ("importer", "module", "expected"),
    [
        ("src/main.rs", "crate.config", "src/config.rs"),
        ("src/main.rs", "crate.routes.token", "src/routes/token.rs"),
        ("src/main.rs", "crate.routes", "src/routes/mod.rs"),
        ("src/main.rs", "self.config", "src/config.rs"),
        ("src/routes/token.rs", "super.room", "src/routes/room.rs"),
        ("src/routes/token.rs", "super", "src/routes/mod.rs"),
        ("src/routes/mod.rs", "self.token", "src/routes/token.rs"),
        ("src/routes/mod.rs", "super.config", "src/config.rs"),
        ("src/config.rs", "self.limits", "src/config/limits.rs"),
        ("src/routes/inner/deep.rs", "super.super.config", None),
        ("src/routes/inner/deep.rs", "super.super.token", "src/routes/token.rs"),
        ("src/routes/inner/deep.rs", "super.super.super.config", "src/config.rs"),
        ("src/main.rs", "config", "src/config.rs"),
        ("src/main.rs", "crate", "src/main.rs"),
        ("src/main.rs", ".".join(["self"] * 20), None),
        ("tools/build.rs", "crate.steps", "tools/src/steps.rs"),
        ("src/main.rs", "shared_keys", "shared/src/lib.rs"),
        ("src/main.rs", "shared_keys.pair", "shared/src/pair.rs"),
        ("src/main.rs", "crate.missing", None),
        ("src/main.rs", "livekit_api.access_token", None),
    ],
)
def test_modules_of_rust(importer: str, module: str, expected: str | None) -> None:
    paths = (
        *("src/main.rs", "src/config.rs", "src/config/limits.rs", "src/routes/mod.rs", "src/routes/token.rs"),
        *("src/routes/room.rs", "src/routes/inner/deep.rs", "shared/src/lib.rs", "shared/src/pair.rs"),
        *("tools/build.rs", "tools/src/steps.rs"),
    )
    crates = {
        "Cargo.toml": '[package]\nname = "shop"\n',
        "shared/Cargo.toml": '[package]\nname = "shared-keys"\n',
        "tools/Cargo.toml": '[package]\nname = "tools"\n',
    }
    files = files_of({**dict.fromkeys(paths, "fn a() {}\n"), **crates})

    assert Declared(files).rust(importer, module) == expected


def test_a_program_of_rust_without_a_manifest_has_its_modules_beside_it() -> None:
    files = files_of(dict.fromkeys(("scripts/run.rs", "scripts/helper.rs"), "fn a() {}\n"))

    assert Declared(files).rust("scripts/run.rs", "crate.helper") == "scripts/helper.rs"
