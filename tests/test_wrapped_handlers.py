"""Handlers of controllers, which files of routes register by name, wrapped or not."""

from __future__ import annotations

import pytest

from lk_audit.facts import TokenMint
from tests.languages.minting import facts_of, found_in

CONTROLLER = """const { AccessToken } = require('livekit-server-sdk');
const asyncHandler = require('express-async-handler');
const catchAsync = (handle) => (req, res, next) => handle(req, res, next).catch(next);
EXPORTasync (req, res) => {
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity: req.body.name });
  at.addGrant({ roomJoin: true, room: req.body.room });
  res.json({ token: await at.toJwt() });
}END;
"""
GUARD = """const jwt = require('jsonwebtoken');
exports.protect = (req, res, next) => {
  try {
    req.user = jwt.verify(req.headers.authorization, process.env.JWT_SECRET);
    next();
  } catch (error) {
    return res.status(401).json({});
  }
};
"""
WAYS = {
    "exports": ("exports.getToken = ", ""),
    "module.exports": ("module.exports.getToken = ", ""),
    "record": ("const getToken = ", ";\nmodule.exports = { getToken }"),
    "export": ("export const getToken = ", ""),
}
WRAPPERS = {"bare": "", "foreign": "asyncHandler(", "own": "catchAsync("}


def findings(way: str, wrapper: str, routes: str) -> list[str]:
    before, after = WAYS[way]
    opening = WRAPPERS[wrapper]
    closing = ")" if opening else ""
    controller = CONTROLLER.replace("EXPORT", before + opening).replace("END", closing + after)
    head = "const router = require('express').Router();\nconst { protect } = require('../middleware/guard');\n"
    files = {
        "controllers/livekit.js": controller,
        "middleware/guard.js": GUARD,
        "routes/livekit.js": f"{head}{routes}\nmodule.exports = router;\n",
    }
    return found_in(files, "LK601")


BY_NAME = "const { getToken } = require('../controllers/livekit');\n"
BY_MODULE = "const controller = require('../controllers/livekit');\n"


@pytest.mark.parametrize("wrapper", WRAPPERS)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("routes", "is_open"),
    [
        (BY_NAME + "router.post('/token', getToken);", True),
        (BY_MODULE + "router.post('/token', controller.getToken);", True),
        (BY_NAME + "router.post('/token', protect, getToken);", False),
        (BY_MODULE + "router.use(protect);\nrouter.post('/token', controller.getToken);", False),
        (BY_MODULE + "router.route('/token').post(protect, controller.getToken);", False),
    ],
    ids=["by name", "by module", "guarded", "guarded router", "guarded route"],
)
def test_what_stands_in_front_of_a_controller_counts_however_it_is_exported(
    way: str, wrapper: str, routes: str, *, is_open: bool
) -> None:
    assert findings(way, wrapper, routes) == (["controllers/livekit.js:5"] if is_open else [])


def test_a_controller_called_like_a_check_is_no_check_of_itself() -> None:
    assert findings("exports", "foreign", BY_NAME + "router.post('/token', getToken);")


def test_an_event_that_middleware_has_received_is_known() -> None:
    controller = "exports.webhook = async (req, res) => {\n  const event = req.livekitEvent;\n"
    controller += "  if (event.event === 'room_finished') await close(event.room.name);\n  res.sendStatus(200);\n};\n"
    middleware = (
        "const { WebhookReceiver } = require('livekit-server-sdk');\nconst receiver = new WebhookReceiver(K, S);\n"
        "exports.verifyWebhook = async (req, res, next) => {\n  try {\n"
        "    req.livekitEvent = await receiver.receive(req.body, req.headers.authorization);\n    next();\n"
        "  } catch (error) {\n    return res.status(401).json({});\n  }\n};\n"
    )
    routes = (
        "const router = require('express').Router();\nconst { webhook } = require('../controllers/livekit');\n"
        "const { verifyWebhook } = require('../middleware/livekit');\nrouter.post('/webhook', GUARDwebhook);\n"
    )
    files = {"controllers/livekit.js": controller, "middleware/livekit.js": middleware}

    assert not found_in({**files, "routes/livekit.js": routes.replace("GUARD", "verifyWebhook, ")}, "LK604")
    assert found_in({**files, "routes/livekit.js": routes.replace("GUARD", "")}, "LK604")


def test_a_file_that_hands_on_what_another_has_registered_says_nothing_new() -> None:
    function = (
        "const { onCall } = require('firebase-functions/v2/https');\n"
        "const { AccessToken } = require('livekit-server-sdk');\nexports.getToken = onCall(async (request) => {\n"
        "  const { name, room } = request.data;\n"
        "  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET);\n"
        "  at.identity = name;\n  at.addGrant({ roomJoin: true, room });\n  return at.toJwt();\n});\n"
    )
    index = "const calls = require('./calls');\nexports.getToken = calls.getToken;\n"
    (mint,) = (fact for fact in facts_of({"calls.js": function, "index.js": index}) if isinstance(fact, TokenMint))

    assert [item.name for item in mint.endpoints] == ["Firebase handler"]


OPTIONAL = """import express from 'express';
import { AccessToken } from 'livekit-server-sdk';
import { asyncHandler } from './async.js';
const app = express();
async function join(req, res) {
  CHECK
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity: req.body.name });
  at.addGrant({ roomJoin: true, room: req.params.room });
  res.json({ token: await at.toJwt() });
}
app.post('/rooms/:room', ROUTE);
"""
WRAPPED = "export const asyncHandler = (handle) => (req, res, next) => handle(req, res, next).catch(next);\n"


@pytest.mark.parametrize("route", ["join", "asyncHandler(join)"])
@pytest.mark.parametrize(
    ("check", "is_open"),
    [
        ("if (req.body.ticket) { if (!verify(req.body.ticket)) return res.sendStatus(401); }", True),
        ("if (!verify(req.body.ticket)) return res.sendStatus(401);", False),
    ],
)
def test_what_a_wrapper_is_given_is_no_guard_in_front_of_itself(route: str, check: str, *, is_open: bool) -> None:
    files = {"app.js": OPTIONAL.replace("CHECK", check).replace("ROUTE", route), "async.js": WRAPPED}

    assert bool(found_in(files, "LK601")) is is_open
