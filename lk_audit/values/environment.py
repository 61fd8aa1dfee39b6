"""How code reads environment variables, as tables.

Sources: the documentation of Python's `os`, python-decouple, environs, django-environ, Starlette, python-dotenv,
pydantic-settings; Node, Deno, Bun, Vite, SvelteKit, Astro, react-native-dotenv, react-native-config, t3-env, envalid;
Go's `os`, viper, godotenv; `System.getenv` of Java and Kotlin, Android's BuildConfig; PHP's `getenv`, Laravel; Ruby's
`ENV`; Dart's `String.fromEnvironment` and dart:io, flutter_dotenv; Swift's Foundation, Vapor; Elixir's System,
Application and Dotenvy. Of loaders: those of Python's json and tomllib, PyYAML, js-yaml, yaml, node-config, Ruby's YAML
and JSON, PHP's `json_decode`, Symfony's Yaml.
"""

from __future__ import annotations

from typing import NamedTuple

from lk_audit.syntax import Expr
from lk_audit.values.invocation import Invocation
from lk_audit.values.model import Environment, Possible, Reference, Returned, Text, Value
from lk_audit.values.possible import as_fallback, unknown

VIPER = "viper"
FLASK = "Flask"
DJANGO_ENVIRON = "django-environ"
NEST = "ConfigService"
MAPPINGS: dict[str, str] = {
    "os.environ": "os.environ",
    "os.environb": "os.environ",
    "process.env": "process.env",
    "import.meta.env": "import.meta.env",
    "Bun.env": "Bun.env",
    "$env/dynamic/private.env": "$env/dynamic/private",
    "$env/dynamic/public.env": "$env/dynamic/public",
    "$env/static/private": "$env/static/private",
    "$env/static/public": "$env/static/public",
    "@env": "@env",
    "react-native-dotenv": "@env",
    "react-native-config": "react-native-config",
    "react-native-config.Config": "react-native-config",
    "astro:env/server": "astro:env/server",
    "astro:env/client": "astro:env/client",
    "cloudflare:workers.env": "cloudflare:workers",
    "std-env.env": "process.env",
    "flask.current_app.config": FLASK,
    "quart.current_app.config": FLASK,
    "BuildConfig": "BuildConfig",
    "ENV": "ENV",
    "_ENV": "$_ENV",
    "dotenv.env": "flutter_dotenv",
    "flutter_dotenv.dotenv.env": "flutter_dotenv",
    "Platform.environment": "Platform.environment",
    "dart:io.Platform.environment": "Platform.environment",
    "ProcessInfo.processInfo.environment": "ProcessInfo",
    "Bundle.main.infoDictionary": "Info.plist",
}
"""Things whose members are environment variables, and the accessor they are reported as."""

_OBJECTS: dict[str, str] = {
    "dotenv.dotenv_values": "dotenv_values",
    "vite.loadEnv": "process.env",
    "@t3-oss/env-nextjs.createEnv": "process.env",
    "@t3-oss/env-core.createEnv": "process.env",
    "@t3-oss/env-nuxt.createEnv": "process.env",
    "envalid.cleanEnv": "process.env",
    "github.com/joho/godotenv.Read": "godotenv",
    "DotEnv": "dotenv",
    "znv.parseEnv": "process.env",
    "System.getenv": "System.getenv",
    "java.lang.System.getenv": "System.getenv",
    "pydantic_settings.BaseSettings": "pydantic",
}
"""Calls that return such a thing."""

_APPLICATIONS = frozenset({"flask.Flask", "quart.Quart"})
_THEIR_SETTINGS = ("config",)
"""Applications that keep settings under a member, which other code fills (flask.palletsprojects.com/config)."""
APPLICATION = "Application.get_env"
"""Elixir's settings of an application, which may hold settings themselves."""
TOLD_ELSEWHERE = frozenset({"a property", "configuration", VIPER, APPLICATION, FLASK, DJANGO_ENVIRON, NEST})
"""The accessors of settings that a file, or other code, may tell: Spring's and .NET's, and those named above."""
_REQUEST_KEYS = (
    *("HTTP", "REQUEST_", "REMOTE_", "SERVER_", "QUERY_", "CONTENT_", "SCRIPT_", "DOCUMENT_", "PATH_", "PHP_"),
    *("argv", "argc", "AUTH_", "ORIG_", "REDIRECT_", "GATEWAY_"),
)
"""How the keys of PHP's `$_SERVER` begin that describe the request; the others are environment variables."""

SETTINGS_CLASSES = frozenset({"pydantic_settings.BaseSettings", "pydantic.BaseSettings", "pydantic.v1.BaseSettings"})


RAILS = ("Rails.configuration.", "Rails.application.config.")
"""What full names begin with of the settings of an application of Rails (guides.rubyonrails.org/configuring.html)."""
NODE_CONFIG = "config.get"
CONVICT = frozenset(f"convict.{way}get" for way in ("", "default.", "validate.", "default.validate."))
LOADERS = frozenset(
    {
        *("json.load", "json.loads", "orjson.loads", "yaml.safe_load", "yaml.load", "yaml.full_load"),
        *("tomllib.load", "tomllib.loads", "tomli.load", "tomli.loads", "toml.load", "toml.loads"),
        *("JSON.parse", "js-yaml.load", "js-yaml.safeLoad", "yaml.parse", "fs-extra.readJsonSync"),
        *(NODE_CONFIG, *CONVICT),
        *("YAML.load_file", "YAML.safe_load_file", "YAML.load", "YAML.safe_load", "JSON.load_file"),
        *("json_decode", "Symfony.Component.Yaml.Yaml.parseFile", "yaml_parse_file"),
    }
)
"""Functions that give what a data file, or a text read from one, holds."""


class _Reader(NamedTuple):
    """A function that reads a variable named by its first argument; `default` is where its fallback is given."""

    accessor: str
    default: int | None = 1


_DOTENV = ("dotenv", "DotEnv", "flutter_dotenv.dotenv")
_READERS: dict[str, _Reader] = {
    "os.getenv": _Reader("os.environ"),
    "os.getenvb": _Reader("os.environ"),
    "os.environ.get": _Reader("os.environ"),
    "os.environ.pop": _Reader("os.environ"),
    "os.environ.setdefault": _Reader("os.environ"),
    "os.environ.__getitem__": _Reader("os.environ"),
    "dotenv.dotenv_values.get": _Reader("dotenv_values"),
    "dotenv.get_key": _Reader("dotenv_values", None),
    "decouple.config": _Reader("decouple"),
    "decouple.Config": _Reader("decouple"),
    "decouple.AutoConfig": _Reader("decouple"),
    "starlette.config.Config": _Reader("starlette.config", 2),
    "environs.Env": _Reader("environs"),
    "environs.env": _Reader("environs"),
    "environ.Env": _Reader(DJANGO_ENVIRON, 2),
    "Deno.env.get": _Reader("Deno.env", None),
    "Netlify.env.get": _Reader("Netlify.env", None),
    "env-var.get": _Reader("process.env", None),
    "@nestjs/config.ConfigService.get": _Reader(NEST),
    "@nestjs/config.ConfigService.getOrThrow": _Reader(NEST, None),
    "os.Getenv": _Reader("os.Getenv", None),
    "os.LookupEnv": _Reader("os.Getenv", None),
    "syscall.Getenv": _Reader("os.Getenv", None),
    **{
        f"github.com/spf13/viper.Get{kind}": _Reader(VIPER, None)
        for kind in ("", "String", "Duration", "Int", "Int64", "Float64")
    },
    **dict.fromkeys(
        ("System.getenv", "java.lang.System.getenv", "System.getenv.get", "System.getenv.getOrDefault"),
        _Reader("System.getenv"),
    ),
    "getenv": _Reader("getenv", None),
    "env": _Reader("env"),
    "Illuminate.Support.Env.get": _Reader("env"),
    "ENV.fetch": _Reader("ENV"),
    "System.get_env": _Reader("System.get_env"),
    "System.fetch_env!": _Reader("System.get_env", None),
    "System.fetch_env": _Reader("System.get_env", None),
    **dict.fromkeys(("env!", "Dotenvy.env!"), _Reader("Dotenvy", 2)),
    **{f"{kind}.fromEnvironment": _Reader("String.fromEnvironment", None) for kind in ("String", "int", "bool")},
    **{f"{name}.{how}": _Reader("flutter_dotenv", None) for name in _DOTENV for how in ("get", "maybeGet")},
    **{f"Environment.{how}": _Reader("Environment", None) for how in ("get", "process.get")},
    "Bundle.main.object": _Reader("Info.plist", None),
}
SERVICES = frozenset({"@nestjs/config.ConfigService"})
"""Classes whose objects a framework passes to who asks for them (docs.nestjs.com/techniques/configuration)."""
_TYPED = ("environs.Env.", "environs.env.", "environ.Env.")
"""`env.str("K", default)`, `env.int("K")`: any method of these reads a variable."""
_INSTANCES = frozenset(
    {"decouple.Config", "decouple.AutoConfig", "starlette.config.Config", "environs.Env", "environ.Env"}
)
"""Classes whose instances are called to read; making one reads nothing."""


def variable(name: str, origin: Expr) -> Value | None:
    """The environment variable that a full name such as "process.env.K" stands for, or None."""
    holder, _, key = name.rpartition(".")
    if holder == "_SERVER" and not key.startswith(_REQUEST_KEYS):
        return Environment(origin=origin, name=key, accessor="$_SERVER")
    if holder in MAPPINGS:
        return Environment(origin=origin, name=key, accessor=MAPPINGS[holder])
    outer, _, key = holder.rpartition(".")
    if outer in MAPPINGS and holder not in MAPPINGS and name not in MAPPINGS:
        return unknown(origin, (Environment(origin=origin, name=key, accessor=MAPPINGS[outer]),))
    return None


def member(value: Value, key: str, origin: Expr) -> Environment | None:
    """The environment variable that a part of a symbolic value is, or None."""
    accessor: str | None = None
    if isinstance(value, Environment) and value.accessor == APPLICATION:
        return Environment(origin=origin, name=key, accessor=APPLICATION, trace=value.trace)
    if isinstance(value, Reference):
        accessor = MAPPINGS.get(value.name)
    elif isinstance(value, Returned) and value.callee and not value.members:
        accessor = _OBJECTS.get(value.callee)
    elif isinstance(value, Returned) and value.callee in _APPLICATIONS and value.members == _THEIR_SETTINGS:
        accessor = FLASK
    if accessor is None:
        return None
    return Environment(origin=origin, name=key, accessor=accessor, trace=value.trace)


def read(name: str, invocation: Invocation, *, on_instance: bool = False) -> Possible | None:
    """What calling the function `name` reads from the environment, or None when it does not."""
    reader = _READERS.get(name)
    if reader is None and name.startswith(_TYPED):
        package = name.split(".", 1)[0]
        reader = _Reader(DJANGO_ENVIRON if package == "environ" else package)
    is_whole = name in _OBJECTS and not invocation.call.arguments
    if reader is None or is_whole or (name in _INSTANCES and not on_instance):
        return None
    values: list[Value] = []
    for key in invocation.values(0, "key", "option", "name", "var", "forInfoDictionaryKey"):
        if isinstance(key, Text):
            found = Environment(origin=invocation.call, name=key.text, accessor=reader.accessor, trace=key.trace)
            values += (
                found,
                *as_fallback(invocation.values(reader.default, "default", "defaultValue", "fallback"), key.text),
            )
        else:
            values.append(unknown(invocation.call, (key,)))
    return tuple(values)
