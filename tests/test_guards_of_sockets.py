"""What stands before a connection in Socket.IO, wherever an application keeps it: nobody else is listened to."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

MINT = """import { AccessToken } from 'livekit-server-sdk';
export async function tokenFor(identity, room) {
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '10m' });
  at.addGrant({ roomJoin: true, room });
  return at.toJwt();
}
"""
STAGE = """import { tokenFor } from './mint';
export function listen(context) {
  const { socket } = context;
  socket.on('join', async (channel, reply) => reply(await tokenFor(socket.userId, `stage:${channel}`)));
}
"""
AUTH = """import jwt from 'jsonwebtoken';
export function admit(io) {
  io.use((socket, next) => {
    try {
      socket.userId = jwt.verify(socket.handshake.auth.token, process.env.JWT_SECRET).userId;
      next();
    } catch { next(new Error('Unauthorized')); }
  });
}
"""
LOGGING = """export function admit(io) {
  io.use((socket, next) => { console.log(socket.handshake.address); next(); });
}
"""
SERVER = """import { Server } from 'socket.io';
import { admit } from './admission';
import { listen } from './stage';
const io = new Server(3000);
admit(io);
io.on('connection', (socket) => {
  CHECK
  listen({ io, socket });
});
"""
CHECKED = "if (!verifyToken(socket.handshake.auth.token)) { socket.disconnect(true); return; }"


def unguarded(admission: str, check: str = "", *, others: str = "") -> list[str]:
    server = SERVER.replace("CHECK", check)
    return found_in(
        {"mint.js": MINT, "stage.js": STAGE, "admission.js": admission, "main.js": server + others}, "LK601"
    )


@pytest.mark.parametrize(("admission", "check"), [(AUTH, ""), (LOGGING, CHECKED)])
def test_callers_are_known_who_are_asked_before_they_are_listened_to(admission: str, check: str) -> None:
    assert unguarded(admission, check) == []


def test_middleware_that_only_looks_on_admits_anybody() -> None:
    assert unguarded(LOGGING) == ["mint.js:3"]


def test_a_check_before_one_connection_says_nothing_of_another() -> None:
    others = "io.of('/open').on('connection', (socket) => listen({ io, socket }));\n"
    assert unguarded(LOGGING, CHECKED, others=others) == ["mint.js:3"]


def test_what_sockets_ask_first_says_nothing_of_routes() -> None:
    route = "app.post('/token', async (req, res) => res.json(await tokenFor(req.body.name, req.body.room)));\n"
    assert unguarded(AUTH, others="import { tokenFor } from './mint';\n" + route) == ["main.js:11"]


GATEWAY = """import { SubscribeMessage, WebSocketGateway, ConnectedSocket, MessageBody } from '@nestjs/websockets';
import { tokenFor } from './mint';
@WebSocketGateway()
export class CallsGateway {
  constructor(private readonly jwt: JwtService) {}
  CONNECTION
  private async admit(client) {
    try {
      client.data.userId = (await this.jwt.verifyAsync(client.handshake.auth.token)).sub;
    } catch (error) {
      AFTER
    }
  }
  @SubscribeMessage('answer')
  async answer(@ConnectedSocket() client, @MessageBody() body) {
    return tokenFor(client.data.userId, body.room);
  }
}
"""


@pytest.mark.parametrize(
    ("connection", "after", "expected"),
    [
        ("async handleConnection(client) { await this.admit(client); }", "client.disconnect(true);", []),
        ("async handleConnection(client) { await this.admit(client); }", "console.warn(error);", ["mint.js:3"]),
        ("handleConnection(client) { console.log(client.id); }", "client.disconnect(true);", ["mint.js:3"]),
        ("handleDisconnect(client) { this.admit(client); }", "client.disconnect(true);", ["mint.js:3"]),
    ],
)
def test_a_gateway_may_hang_up_on_strangers(connection: str, after: str, expected: list[str]) -> None:
    gateway = GATEWAY.replace("CONNECTION", connection).replace("AFTER", after)
    assert found_in({"mint.js": MINT, "calls.gateway.ts": gateway}, "LK601") == expected
