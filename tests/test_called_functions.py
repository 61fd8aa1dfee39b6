"""What clients call in JavaScript by a name, and functions that a cloud platform calls for requests."""

from __future__ import annotations

import pytest

from lk_audit.livekit.requests import GATEWAY_TYPES
from tests.languages.minting import found_in

HEAD = """import { AccessToken } from 'livekit-server-sdk';
import { os } from '@orpc/server';
import { api } from 'encore.dev/api';
import { Meteor } from 'meteor/meteor';
import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import { bearerAuth } from 'hono/bearer-auth';
import { post, requestBody } from '@loopback/rest';
import jwt from 'jsonwebtoken';
"""
MINT = """
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '5m' });
  at.addGrant({ roomJoin: true, room });
  const token = await at.toJwt();
"""
VERIFY = "jwt.verify(identity, process.env.KEY);"


def found(text: str, **others: str) -> bool:
    files = {name.replace("__", "."): content for name, content in others.items()}
    return bool(found_in({"src/calls.ts": HEAD + text.replace("MINT", MINT), **files}, "LK601"))


METEOR = "Meteor.methods({ async 'calls.token'({ identity, room }) { CHECK MINT return token; } });"
GRPC = """async function getToken(call, callback) {
  const { identity, room } = call.request;
  CHECK MINT callback(null, { token });
}
server.addService(rooms.service, { getToken });"""
ORPC = """export const token = OWNER.input(schema).handler(async ({ input }) => {
  const { identity, room } = input;
  MINT return token;
});"""
ENCORE = """export const token = api({ SETTINGS method: 'POST', path: '/t' }, async ({ identity, room }) => {
  MINT return { token };
});"""
HONO = """const route = createRoute({ method: 'post', path: '/t', GUARD responses });
new OpenAPIHono().openapi(route, async (c) => {
  const { identity, room } = c.req.valid('json');
  MINT return c.json({ token });
});"""
LOOPBACK = """export class Tokens {
  GUARD
  @post('/t')
  async create(@requestBody() body: Asked) { const { identity, room } = body; MINT return { token }; }
}"""


@pytest.mark.parametrize(
    ("form", "mark", "written", "expected"),
    [
        (METEOR, "CHECK", "", True),
        (METEOR, "CHECK", "if (!this.userId) throw new Meteor.Error('not-authorized');", False),
        (METEOR, "CHECK", "if (!Meteor.userId()) throw new Meteor.Error('not-authorized');", False),
        (METEOR, "CHECK", "if (!this.isSimulation) console.log(room);", True),
        (METEOR.replace("Meteor.methods", "widgets.methods"), "CHECK", "", False),
        (GRPC, "CHECK", "", True),
        (GRPC, "CHECK", "jwt.verify(call.metadata.get('token')[0], process.env.KEY);", False),
        (ORPC, "OWNER", "os", True),
        (ORPC, "OWNER", "publicProcedure", True),
        (ORPC, "OWNER", "os.use(signedIn)", False),
        (ORPC, "OWNER", "authed", False),
        (ENCORE, "SETTINGS", "expose: true,", True),
        (ENCORE, "SETTINGS", "expose: true, auth: true,", False),
        (ENCORE, "SETTINGS", "expose: false,", False),
        (HONO, "GUARD", "", True),
        (HONO, "GUARD", "middleware: [bearerAuth({ token: process.env.TOKEN })],", False),
        (LOOPBACK, "GUARD", "", True),
        (LOOPBACK, "GUARD", "@authenticate('jwt')", False),
    ],
)
def test_clients_call_functions_by_name(form: str, mark: str, written: str, *, expected: bool) -> None:
    assert found(form.replace(mark, written)) is expected


LAMBDA = """export const createToken TYPE= async (eventGIVEN) => {
  const { identity, room } = JSON.parse(event.body);
  MINT return ANSWER;
};"""
ANSWERED = "{ statusCode: 200, body: JSON.stringify({ token }) }"


@pytest.mark.parametrize(
    ("kind", "given", "answer", "expected"),
    [
        ("", "", ANSWERED, True),
        ("", "", "token", False),
        *((f": {name} ", "", "respond(token)", True) for name in sorted(GATEWAY_TYPES) if "Handler" in name),
        *(("", f": {name}", "respond(token)", True) for name in sorted(GATEWAY_TYPES) if "Event" in name),
        (": MessageHandler ", "", "respond(token)", False),
    ],
)
def test_a_function_of_lambda_is_known_by_its_type_or_its_answer(
    kind: str, given: str, answer: str, *, expected: bool
) -> None:
    text = LAMBDA.replace("TYPE", kind).replace("GIVEN", given).replace("ANSWER", answer)

    assert found(text) is expected


SERVERLESS = """functions:
  other:
    handler: src/other.createToken
    events: [{ httpApi: { path: /o, authorizer: { name: users } } }]
  createToken:
    handler: src/calls.createToken
    events:
      - httpApi:
          path: /token
          EVENT
"""
SAM = """Globals:
  HttpApi:
    Auth:
      DEFAULT
Resources:
  CreateToken:
    Properties:
      Handler: src/calls.createToken
      Events:
        Api:
          Properties:
            Path: /token
            EVENT
"""


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("serverless__yml", SERVERLESS, True),
        ("serverless__yml", SERVERLESS.replace("EVENT", "authorizer: users"), False),
        ("serverless__yml", SERVERLESS.replace("EVENT", "# authorizer: users"), True),
        ("serverless__yml", SERVERLESS.replace("EVENT", "authorizer: none"), True),
        ("serverless__yml", SERVERLESS.replace("EVENT", "private: true"), False),
        ("template__yaml", SAM, True),
        ("template__yaml", SAM.replace("DEFAULT", "DefaultAuthorizer: Users"), False),
        ("template__yaml", SAM.replace("DEFAULT", "DefaultAuthorizer: U").replace("EVENT", "Authorizer: NONE"), True),
        ("template__yaml", SAM.replace("EVENT", "Auth: { Authorizer: Users }"), False),
    ],
)
def test_an_authorizer_may_be_told_where_a_function_is_deployed(file: str, text: str, *, expected: bool) -> None:
    text = text.replace("EVENT", "cors: true").replace("DEFAULT", "EnableCors: true")

    assert (
        found(LAMBDA.replace("TYPE", "").replace("GIVEN", "").replace("ANSWER", ANSWERED), **{file: text}) is expected
    )


TERRAFORM = """resource "aws_lambda_function" "other" {
  handler = "calls.other"
}
resource "aws_lambda_function" "token" {
  handler = "dist/calls.createToken"
}
resource "aws_apigatewayv2_integration" "token" {
  integration_uri = aws_lambda_function.token.invoke_arn
}
resource "aws_apigatewayv2_route" "token" {
  target = "integrations/${aws_apigatewayv2_integration.token.id}"
  ROUTE
}
resource "aws_apigatewayv2_route" "health" {
  target = "integrations/${aws_apigatewayv2_integration.health.id}"
}
"""
REST = """resource "aws_lambda_function" "token" {
  handler = "calls.createToken"
}
resource "aws_api_gateway_method" "token" {
  http_method = "POST"
  ROUTE
}
resource "aws_api_gateway_integration" "token" {
  http_method = aws_api_gateway_method.token.http_method
  uri         = aws_lambda_function.token.invoke_arn
}
"""
STACK = """import * as lambda from 'aws-cdk-lib/aws-lambda';
const other = new lambda.Function(this, 'Other', { handler: 'calls.other', code });
const token = new lambda.Function(this, 'Token', { runtime, handler: 'calls.createToken', code });
const api = new apigw.RestApi(this, 'Api', { SETTINGS });
api.root.addResource('other').addMethod('POST', new apigw.LambdaIntegration(other), { authorizer });
api.root.addResource('token').addMethod('POST', new apigw.LambdaIntegration(token), { ROUTE });
"""
BUNDLED = """const token = new NodejsFunction(this, 'Token', { entry: path.join(__dirname, '../src/calls.ts') });
const integration = new HttpLambdaIntegration('Token', token);
api.addRoutes({ path: '/token', integration, ROUTE });  // aws-cdk-lib
"""


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("infra/main.tf", TERRAFORM, True),
        ("infra/main.tf", TERRAFORM.replace("ROUTE", 'authorization_type = "JWT"'), False),
        ("infra/main.tf", TERRAFORM.replace("ROUTE", 'authorization_type = "NONE"'), True),
        ("infra/main.tf", TERRAFORM.replace("createToken", "listRooms").replace("ROUTE", "authorizer_id = a"), True),
        ("main.tf", REST, True),
        ("main.tf", REST.replace("ROUTE", 'authorization = "COGNITO_USER_POOLS"'), False),
        ("main.tf", REST.replace("ROUTE", 'authorization = "NONE"'), True),
        ("main.tf", REST.replace("ROUTE", 'authorization = "NONE"\n  api_key_required = true'), False),
        ("lib/api-stack.ts", STACK, True),
        ("lib/api-stack.ts", STACK.replace("ROUTE", "authorizer"), False),
        ("lib/api-stack.ts", STACK.replace("ROUTE", "authorizationType: apigw.AuthorizationType.NONE"), True),
        ("lib/api-stack.ts", STACK.replace("SETTINGS", "defaultMethodOptions: { authorizer }"), False),
        ("cdk/stack.ts", BUNDLED, True),
        ("cdk/stack.ts", BUNDLED.replace("ROUTE", "authorizer: users"), False),
    ],
)
def test_api_gateway_may_be_told_to_ask_who_calls(file: str, text: str, *, expected: bool) -> None:
    code = LAMBDA.replace("TYPE", "").replace("GIVEN", "").replace("ANSWER", ANSWERED).replace("MINT", MINT)
    code = code if "NodejsFunction" not in text else code.replace("createToken", "handler")
    told = text.replace("ROUTE", "").replace("SETTINGS", "")

    assert bool(found_in({"src/calls.ts": HEAD + code, file: told}, "LK601")) is expected


def test_it_is_the_same_for_python() -> None:
    text = """import json
from livekit import api
def create(event, context):
    asked = json.loads(event["body"])
    grants = api.VideoGrants(room_join=True, room=asked["room"])
    return api.AccessToken().with_identity(asked["me"]).with_grants(grants).to_jwt()
"""
    told = (
        "functions:\n  token:\n    handler: tokens.create\n    events:\n      - http: { path: t, authorizer: users }\n"
    )

    assert found_in({"tokens.py": text}, "LK601")
    assert found_in({"tokens.py": text.replace("(event, context)", "(event, _context)")}, "LK601")
    assert not found_in({"tokens.py": text, "serverless.yml": told}, "LK601")


ACTION = """'use server';
import {{ createSafeActionClient }} from 'next-safe-action';
import {{ signedIn }} from './clients';
{head}
const client = createSafeActionClient();
export const join = {client}.schema(asked).action(async ({{ parsedInput: {{ identity, room }} }}) => {{
  {mint} return token;
}});
"""
CLIENTS = """import { auth } from './auth';
export const signedIn = createSafeActionClient().use(async ({ next }) => {
  CHECK
  return next();
});
"""


@pytest.mark.parametrize(
    ("client", "check", "expected"),
    [
        ("client", "", True),
        ("signedIn", "const session = await auth(); if (!session?.user) throw new Error('Sign in');", False),
        ("signedIn", "console.log('called');", True),
    ],
)
def test_a_client_of_actions_may_ask_who_is_there(client: str, check: str, *, expected: bool) -> None:
    text = ACTION.format(head=HEAD.splitlines()[0], client=client, mint=MINT)
    files = {"app/actions.ts": text, "app/clients.ts": CLIENTS.replace("CHECK", check)}

    assert bool(found_in(files, "LK601")) is expected


MARKED = """import { MARK } from 'PACKAGE';
import { AccessToken } from 'livekit-server-sdk';
import { AuthMiddleware } from './auth';
@GUARD
export class Tokens {
  @MARK('/t')
  async create(body) { const { identity, room } = body; MINT return { token }; }
}"""


@pytest.mark.parametrize(
    ("package", "mark", "guard", "expected"),
    [
        *(("inversify-express-utils", f"http{name}", "controller('/')", True) for name in ("Get", "Post", "Put")),
        *(
            ("inversify-express-utils", f"http{name}", "controller('/')", True)
            for name in ("Patch", "Delete", "Method")
        ),
        ("inversify-express-utils", "httpPost", "controller('/', AuthMiddleware)", False),
        *(("fastify-decorators", name, "Controller('/')", True) for name in ("GET", "POST", "PUT", "PATCH", "ALL")),
        ("fastify-decorators", "DELETE", "Controller('/')", True),
        ("./notes", "httpPost", "controller('/')", False),
    ],
)
def test_a_controller_may_be_of_another_package(package: str, mark: str, guard: str, *, expected: bool) -> None:
    text = MARKED.replace("MARK", mark).replace("PACKAGE", package).replace("GUARD", guard).replace("MINT", MINT)

    assert bool(found_in({"src/tokens.ts": text}, "LK601")) is expected
