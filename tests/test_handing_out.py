"""A helper that makes a token hands it to whoever asked, if it returns it or answers with it itself."""

from __future__ import annotations

import pytest

from lk_audit.scanning.pipeline import scan_sources
from lk_audit.source import Source
from tests.choices import RULES
from tests.languages.minting import found_in

HELPER = """\
import express from 'express';
import { AccessToken } from 'livekit-server-sdk';
const app = express();
async function give(out, room, identity) {
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '10m' });
  at.addGrant({ roomJoin: true, room });
  const token = await at.toJwt();
  @ANSWER;
}
app.post('/token', async (req, @HANDED) => {
  await give(@HANDED, req.body.room, req.body.identity);
});
"""
SENDING = (
    *("json", "send", "write", "emit", "end", "send_json", "send_text", "jsonify", "Response", "NextResponse"),
    *("reply", "respond", "respondText", "push", "push_event", "send_resp", "assign", "put_resp_header", "result"),
    *("ok", "body", "println", "print", "echo", "wp_send_json", "wp_send_json_success", "render", "JsonResponse"),
    *("set_output", "setJSON", "Encode", "JSON", "IndentedJSON", "PureJSON", "XML", "String", "SendString", "Send"),
    *("Write", "WriteString", "Fprint", "Fprintf", "Fprintln", "WriteJSON", "Data", "HTML", "Render", "SendJSON"),
    "RespondJSON",
)
HANDED = ("res", "response", "reply", "ctx", "c", "context", "socket", "ws", "websocket", "callback", "next", "w", "rw")


def hands_out(answer: str, handed: str = "res") -> bool:
    return bool(found_in({"server.js": HELPER.replace("@ANSWER", answer).replace("@HANDED", handed)}, "LK601"))


@pytest.mark.parametrize("name", SENDING)
def test_a_helper_may_answer_in_many_words(name: str) -> None:
    assert hands_out(f"out.{name}(token)")


@pytest.mark.parametrize("name", ["res", "response", "reply"])
def test_a_helper_may_be_given_the_response_along_with_the_token(name: str) -> None:
    helper = HELPER.replace("give(out,", f"give({name},")

    def hands_out(sent: str) -> bool:
        answer = f"succeed({name}, 200, {sent})"
        return bool(found_in({"server.js": helper.replace("@ANSWER", answer).replace("@HANDED", name)}, "LK601"))

    assert hands_out("{ token }")
    assert not hands_out("{ room }")


@pytest.mark.parametrize("answer", ["records.keep(token)", "out.json({ room })", "await egress.startWebEgress(token)"])
def test_what_a_helper_does_besides_hands_nothing_out(answer: str) -> None:
    assert not hands_out(answer)


@pytest.mark.parametrize("name", [*HANDED, "writer"])
def test_a_helper_may_be_handed_what_answers(name: str) -> None:
    assert hands_out("out.json({ token })", name)


@pytest.mark.parametrize("answer", ["out.locals.token = token", "out.body = { token }", "this.last = await at.toJwt()"])
def test_a_helper_may_leave_the_token_where_others_find_it(answer: str) -> None:
    assert hands_out(answer)


def test_the_way_from_the_handler_to_the_token_is_told() -> None:
    text = HELPER.replace("@ANSWER", "out.json({ token })").replace("@HANDED", "res")
    report = scan_sources([Source.from_text("server.js", text)], [RULES["unauthenticated-mint"]])
    (finding,) = report.findings

    told = [(lead.place.line, lead.note) for lead in finding.related]
    assert (11, "the handler asks for the token here") in told


def test_a_helper_whose_token_nobody_takes_hands_nothing_out() -> None:
    assert not hands_out("return token", "records")
