"""Settings that other code tells: schemas, factories, providers and applications that frameworks read them from."""

from __future__ import annotations

import pytest

from lk_audit.facts import TokenMint
from tests.languages.minting import facts_of
from tests.values.snippets import look_in

CONVICT = (
    "import convict from 'convict';\n"
    "const c = convict({ l: { ttl: { default: 5, env: 'TTL' }, n: { default: 6 } } });\n"
)
ENVIRON = "import environ\nenv = environ.Env(TTL=(int, 5))\n"
INI = "import configparser\nc = configparser.ConfigParser()\n"
FLASK = "from flask import Flask, current_app\napp = Flask(__name__)\n"
TOLD = {
    ("a.ts", f"{CONVICT}look(c.get('l.ttl'))"): "env TTL | 5 for TTL",
    ("a.ts", f"{CONVICT}look(c.get('l.n'))"): "6",
    ("a.ts", f"{CONVICT}look(c.validate().get('l.n'))"): "6",
    ("a.js", "const convict = require('convict');\nlook(convict({ l: { default: 5 } }).get('l'))"): "5",
    ("a.ts", f"{CONVICT}look(c.get('l.other'))"): "call convict.default.get",
    ("a.py", f"{ENVIRON}look(env('TTL'))"): "env TTL | 5 for TTL",
    ("a.py", f"{ENVIRON}look(env.int('TTL'))"): "env TTL | 5 for TTL",
    ("a.py", f"{ENVIRON}look(env('OTHER'))"): "env OTHER",
    ("a.py", f"{INI}look(c.getint('livekit', 'ttl', fallback=5))"): "call configparser.ConfigParser.getint | 5",
    ("a.py", f"{INI}look(c.get('livekit', 'ttl', fallback='5'))"): "call configparser.ConfigParser.get | '5'",
    ("a.py", f"{FLASK}app.config['TTL'] = 5\nlook(app.config['TTL'])"): "env TTL | 5",
    ("a.py", f"{FLASK}app.config['TTL'] = 5\nlook(current_app.config['TTL'])"): "env TTL | 5",
    ("a.py", f"{FLASK}app.config.update(TTL=5)\nlook(current_app.config['TTL'])"): "env TTL | 5",
    ("a.py", f"{FLASK}app.config.from_mapping(TTL=5)\nlook(current_app.config['TTL'])"): "env TTL | 5",
    ("a.py", f"{FLASK}class Config:\n    TTL = 5\nlook(current_app.config['TTL'])"): "env TTL | 5",
    ("a.py", f"{FLASK}app.config['TTL'] = 'text'\nlook(current_app.config['TTL'])"): "env TTL",
}
SERVICE = (
    "import {{ AccessToken }} from 'livekit-server-sdk';\nimport {{ ConfigService }} from '@nestjs/config';\n"
    "export class Tokens {{\n  constructor({0}) {{}}\n"
    "  mint() {{ return new AccessToken('k', 's', {{ identity: 'a', ttl: {1} }}).toJwt(); }}\n}}\n"
)
READ = SERVICE.format("private c: ConfigService", "this.c.get('livekit.ttl')")
INJECTED = SERVICE.format("@Inject('TOKENS') private o: { ttl: number }", "this.o.ttl")
FACTORY = "() => ({ livekit: { ttl: 7200 } })"
NEST = {
    (READ, "export default registerAs('livekit', () => ({ ttl: 7200 }));"): True,
    (READ, "export default registerAs('other', () => ({ ttl: 7200 }));"): False,
    (
        READ,
        f"const load = {FACTORY};\n@Module({{ imports: [ConfigModule.forRoot({{ load: [load] }})] }})\nclass M {{}}",
    ): True,
    (INJECTED, "@Module({ providers: [{ provide: 'TOKENS', useValue: { ttl: 7200 } }] })\nclass M {}"): True,
    (INJECTED, "@Module({ providers: [{ provide: 'TOKENS', useFactory: () => ({ ttl: 7200 }) }] })\nclass M {}"): True,
    (INJECTED, "@Module({ providers: [{ provide: 'OTHERS', useValue: { ttl: 7200 } }] })\nclass M {}"): False,
}


@pytest.mark.parametrize(("path", "code"), TOLD)
def test_a_setting_is_what_code_says_that_fills_it(path: str, code: str) -> None:
    assert look_in(path, code) == TOLD[path, code]


@pytest.mark.parametrize(("service", "settings"), NEST)
def test_nest_reads_settings_from_factories_and_providers(service: str, settings: str) -> None:
    head = "import { Module } from '@nestjs/common';\nimport { ConfigModule, registerAs } from '@nestjs/config';\n"
    files = {"src/tokens.ts": service, "src/settings.ts": head + settings}
    (made,) = (fact for fact in facts_of(files) if isinstance(fact, TokenMint))

    assert (7200 in [item.seconds for item in made.lifetimes]) is NEST[service, settings]


@pytest.mark.parametrize(
    "config", ["config :app, ttl: 7200", "config :app, App.Tokens, ttl: 7200", "config :app, tokens: [ttl: 7200]"]
)
def test_an_application_of_elixir_is_configured_also_by_module(config: str) -> None:
    code = (
        "defmodule App.Tokens do\n  alias Livekit.{AccessToken, Grants}\n"
        "  @ttl Application.compile_env(:app, [__MODULE__, :ttl])\n"
        "  def mint(), do: AccessToken.new('k', 's') |> AccessToken.with_ttl(@ttl) |> AccessToken.to_jwt()\nend\n"
    )
    (made,) = (
        fact
        for fact in facts_of({"lib/tokens.ex": code, "config/config.exs": f"import Config\n{config}\n"})
        if isinstance(fact, TokenMint)
    )

    assert 7200 in [item.seconds for item in made.lifetimes]


@pytest.mark.parametrize(
    ("read", "put", "known"),
    [
        ("Rails.configuration.x.livekit.ttl", "config.x.livekit.ttl = 7200", True),
        ("Rails.application.config.livekit_ttl", "config.livekit_ttl = 2.hours", True),
        ("Rails.configuration.x.livekit.ttl", "config.x.other.ttl = 7200", False),
    ],
)
def test_rails_keeps_settings_that_its_application_puts_there(read: str, put: str, known: bool) -> None:
    made_with = f"api_key: 'k', api_secret: 's', ttl: {read}"
    code = f"require 'livekit'\ndef mint\n  LiveKit::AccessToken.new({made_with}).to_jwt\nend\n"
    application = f"class Application < Rails::Application\n  {put}\nend\n"
    files = {"app/tokens.rb": code, "config/application.rb": application}
    (made,) = (fact for fact in facts_of(files) if isinstance(fact, TokenMint))

    assert (7200 in [item.seconds for item in made.lifetimes]) is known
