"""Routes that are records: given to a router alone or in a list, kept in a table; and what they ask of callers."""

from __future__ import annotations

import pytest

from lk_audit.extractors.handlers.registering import may_register
from lk_audit.livekit.middleware import ADMITTING_MODES, ROUTE_AUTHENTICATION
from tests.languages.minting import found_in

TOKEN = """
import { AccessToken } from 'livekit-server-sdk';
import { requireUser } from './users';
async function token(request) {
  const { room, identity } = request.payload;
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '10m' });
  at.addGrant({ roomJoin: true, room });
  return at.toJwt();
}
"""
FORMS = {
    "alone": "server.route({ method: 'POST', path: '/token', SETTING handler: token });",
    "in a list": (
        "server.route([{ method: 'GET', path: '/', handler: () => 'ok', options: { auth: 'jwt' } },"
        " { method: 'POST', path: '/token', SETTING handler: token }]);"
    ),
    "with the handler among the options": (
        "server.route({ method: 'POST', path: '/token', options: { SETTING handler: token } });"
    ),
    "in a table": "export const routes = [{ method: 'post', path: '/token', SETTING handler: token }];",
    "with its method as its type": "export const route = { type: 'POST', path: '/token', SETTING handler: token };",
    "with methods": "app.route({ method: ['GET', 'POST'], url: '/token', SETTING handler: token });",
}


def text_of(form: str, setting: str = "", more: str = "") -> dict[str, str]:
    return {"server.js": f"{TOKEN}{more}\n{FORMS[form].replace('SETTING', setting)}\n"}


@pytest.mark.parametrize("form", FORMS)
def test_a_route_that_asks_nothing_is_found(form: str) -> None:
    assert found_in(text_of(form), "LK601")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("setting", ["auth: 'session',", "auth: { strategy: 'jwt', mode: 'required' },"])
def test_a_route_says_by_a_setting_that_its_callers_are_known(form: str, setting: str) -> None:
    assert not found_in(text_of(form, setting), "LK601")


@pytest.mark.parametrize("key", sorted(ROUTE_AUTHENTICATION))
def test_every_key_of_that_setting_counts(key: str) -> None:
    assert not found_in(text_of("in a table", f"{key}: true,"), "LK601")
    assert found_in(text_of("in a table", f"{key}: false,"), "LK601")


@pytest.mark.parametrize("mode", sorted(ADMITTING_MODES))
def test_settings_that_let_strangers_pass_do_not(mode: str) -> None:
    assert found_in(text_of("alone", f"auth: {{ strategy: 'jwt', mode: '{mode}' }},"), "LK601")
    assert found_in(text_of("alone", f"auth: '{mode}',"), "LK601")


@pytest.mark.parametrize("form", FORMS)
def test_what_runs_before_a_route_counts(form: str) -> None:
    assert not found_in(text_of(form, "middleware: [requireUser],"), "LK601")


def test_what_runs_before_another_route_does_not() -> None:
    other = "server.route({ method: 'GET', path: '/me', preHandler: requireUser, handler: () => 'me' });"

    assert found_in(text_of("alone", more=other), "LK601")


@pytest.mark.parametrize(("setting", "is_found"), [("", False), ("options: { auth: false },", True)])
def test_a_server_may_ask_for_all_routes_that_do_not_say_otherwise(setting: str, *, is_found: bool) -> None:
    default = "server.auth.strategy('session', 'cookie', {});\nserver.auth.default('session');"

    assert bool(found_in(text_of("alone", setting, default), "LK601")) is is_found


def test_a_server_may_ask_in_another_file() -> None:
    main = "import './server.js';\nserver.auth.default('session');\n"

    assert not found_in(text_of("in a list") | {"main.js": main}, "LK601")


def test_a_default_that_is_only_tried_asks_nobody() -> None:
    default = "server.auth.default({ strategy: 'session', mode: 'try' });"

    assert found_in(text_of("alone", more=default), "LK601")


def test_a_table_may_stand_in_another_file_than_its_handlers() -> None:
    table = "import { token } from './server.js';\n" + FORMS["in a table"].replace("SETTING", "")
    handlers = TOKEN.replace("async function", "export async function")

    assert found_in({"server.js": handlers, "routes.js": table}, "LK601")


def test_a_record_of_another_type_is_no_route() -> None:
    step = "export const step = { type: 'form', path: '/token', handler: token };"

    assert not found_in({"server.js": f"{TOKEN}\n{step}\n"}, "LK601")


@pytest.mark.parametrize("form", ["in a table", "with its method as its type"])
def test_a_file_with_a_table_may_register(form: str) -> None:
    table = FORMS[form].replace("token }", "create }").encode()

    assert may_register(table, "javascript", looks_like_handler=False)
    assert not may_register(
        b"const settings = { method: 'POST', path: '/token' };", "javascript", looks_like_handler=False
    )
