"""How web frameworks hand requests to code, and which parts of them the caller chooses: names, as tables.

Sources: the documentation of each framework.
"""

from __future__ import annotations

from lk_audit.livekit.requests_go import BODY_FUNCTIONS
from lk_audit.patterns import regex

ROUTE_METHODS = frozenset(
    {"get", "post", "put", "patch", "delete", "all", "route", "api_route", "websocket", "options", "head", "any"}
)
"""Methods that register a handler for a path, as decorator (`@app.get("/x")`) or call (`app.get("/x", handler)`)."""

ROUTE_ADDERS = frozenset(
    {"add_api_route", "add_url_rule", "add_route", "add_websocket_route", "add_api_websocket_route"}
    | {f"add_{method}" for method in ("get", "post", "put", "patch", "delete")}
)
"""Methods that give a router a path and what answers there: FastAPI, Flask, Starlette, aiohttp, Sanic."""

ROUTE_RECORDS = frozenset({"createFileRoute", "createServerFileRoute", "createAPIFileRoute"})
"""Calls whose result is given a record of handlers by method: TanStack Start."""

HTTP_DECORATORS = frozenset({"Get", "Post", "Put", "Patch", "Delete", "All"})
"""Decorators without a receiver that name the method of HTTP: NestJS, TSOA, routing-controllers."""

ROUTE_DECORATORS = frozenset(
    HTTP_DECORATORS
    | {"Query", "Mutation", "api_view", "action", "csrf_exempt", "view"}
    | {"Route", "fastapi_endpoint", "web_endpoint", "SubscribeMessage"}
)
"""Decorators without a receiver that make a handler: NestJS, GraphQL, Django REST, Pyramid, Symfony, Modal."""

OTHERWISE_GUARDED = frozenset({"requires_proxy_auth", "auth_required", "authorizer", "api_key_required"})
"""Settings of decorators by which a platform or framework asks who is there itself: Modal, Robyn, Chalice."""

PACKAGE_DECORATORS: dict[str, frozenset[str]] = {
    "litestar.": ROUTE_METHODS,
    "blacksheep.": ROUTE_METHODS,
    "blacksheep.server.controllers.": ROUTE_METHODS,
    "bottle.": ROUTE_METHODS,
    "cherrypy.": frozenset({"expose"}),
    "@loopback/rest.": frozenset({"get", "post", "put", "patch", "del"}),
    "inversify-express-utils.": frozenset(
        f"http{method}" for method in ("Get", "Post", "Put", "Patch", "Delete", "Method")
    ),
    "fastify-decorators.": frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "ALL"}),
    "pyramid.view.": frozenset({"view_config"}),
    "firebase_functions.https_fn.": frozenset({"on_call", "on_request"}),
}
"""Decorators that make a handler in a package only: elsewhere their names mean something else."""

RESOLVER_OWNERS = frozenset({"Query", "Mutation", "Subscription"})
"""The types of GraphQL whose fields clients ask for."""

CALLABLE_RECORDS = {"methods": "Meteor", "addService": None}
"""Methods that are given what clients may call, by name, and on what: Meteor's, those of a server of @grpc/grpc-js."""

SOCKET_PACKAGES = {"flask_socketio": 0, "socketio": 1}
"""Python's packages for Socket.IO, with how many parameters their handlers have before what the client sends."""

SOCKET_LIFE = frozenset({"connect", "disconnect", "connect_error", "error", "close", "open", "connection"})
"""Events of a socket's own life, at which nobody asks for anything."""

REQUEST_TYPES = frozenset(
    {"azure.functions.HttpRequest", "flask.Request", "firebase_functions.https_fn.Request"}
    | {"firebase_functions.https_fn.CallableRequest"}
)
"""How Python code says of a parameter that it is a request, where the platform finds the function by other means."""

HANDLER_TAKERS: dict[str, str] = {
    "Bun.serve": "Bun",
    "serve": "Deno",
    "Deno.serve": "Deno",
    "onCall": "Firebase",
    "onRequest": "Firebase",
    "https.onCall": "Firebase",
    "https.onRequest": "Firebase",
    "createServer": "Node",
    "defineEventHandler": "Nitro",
    "eventHandler": "Nitro",
    "httpAction": "Convex",
    "action": "Convex",
    "http": "Functions Framework",
    "app.http": "Azure Functions",
    "addEventListener": "Workers",
    "handler": "server function",
}
"""Calls that take a handler as argument, by the end of their name."""

BACKENDS_OF_THEIR_OWN = frozenset(
    {
        "Convex handler",
        "Bun handler",
        "Deno handler",
        "Firebase handler",
        "Functions Framework handler",
        "Azure Functions handler",
    }
)
"""Handlers that run on a platform of their own, where the middleware of a web application in front does not run."""

HTTP_EXPORTS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "ALL"})
"""Exported functions that are route handlers: Next app routes, SvelteKit, Astro."""

LOADER_EXPORTS = frozenset({"loader", "action", "onRequest", "onRequestGet", "onRequestPost", "handler"})
"""Exported functions that are handlers by custom: Remix, Cloudflare Pages, serverless functions."""

GATEWAY_TYPES = frozenset(
    {f"APIGatewayProxy{kind}{version}" for kind in ("Handler", "Event") for version in ("", "V2")} | {"APIGatewayEvent"}
)
"""The types of a function that AWS Lambda calls for a request, and of what it is given (@types/aws-lambda)."""

FUNCTION_TYPES = frozenset({"HttpFunction"})
"""The types of functions that a platform serves whatever they are called (@google-cloud/functions-framework)."""

SERVED_PARAMETERS = frozenset({"req", "request", "event", "r"})
"""How the first parameter of an exported handler is called."""

REQUEST_FRAMEWORKS = frozenset({"django", "rest_framework", "functions_framework", "aiohttp", "starlette", "sanic"})
"""Python packages whose views are plain functions of a request."""

VIEW_CLASSES = ("View", "ViewSet", "Handler", "Resource", "Servlet", "HTTPEndpoint")
"""How the base classes of class-based views end."""

SOCKET_CLASSES = ("WebsocketConsumer", "WebSocketHandler", "WebSocketEndpoint")
"""How the base classes of Python's sockets end: those of Channels, Tornado and Starlette."""
SOCKET_METHODS = frozenset({"receive", "receive_json", "on_message", "on_receive"})
"""Their methods that are told what the client sends."""

RPC_CLASSES = ("Servicer",)
"""How the base classes end that grpcio generates."""
RPC_PARAMETERS = ["self", "request", "context"]

GRADIO_PARTS = frozenset({"Interface", "ChatInterface"})
"""Classes of Gradio that are given what answers the visitors of a page."""
GRADIO_EVENTS = frozenset(
    {"click", "submit", "change", "input", "load", "select", "upload", "stream", "then", "success"}
)
"""Methods of its components that are."""

TOOL_SERVERS = ("FastMCP",)
"""How the full names of the classes end that offer tools to models (modelcontextprotocol/python-sdk, FastMCP)."""
TOOL_SERVER_GUARDS = frozenset({"auth", "token_verifier", "auth_server_provider"})
"""What they are given that asks who is there."""

HANDLER_CLASS_METHODS = frozenset(
    {"get", "post", "put", "patch", "do_GET", "do_POST", "create", "retrieve", "list", "fetch"}
    | {"doGet", "doPost", "doPut", "service", "handle", "handleRequest"}
)

FALCON_METHODS = frozenset(f"on_{method}" for method in ("get", "post", "put", "patch", "delete"))
"""Methods of Falcon's resources, which have no base class."""

OWN_READERS = frozenset(
    {f"get_{kind}argument{end}" for kind in ("", "query_", "body_") for end in ("", "s")} | {"get_json_body"}
)
"""Methods by which Tornado's handlers read the request that they are made for."""

PARSING_CALLS = (
    frozenset(
        {"parse", "parseAsync", "safeParse", "loads", "assign", "model_validate", "parse_obj", "json", "URL"}
        | {"URLSearchParams", "Deserialize", "DeserializeAsync", "DeserializeObject", "ReadFromJsonAsync"}
        | {"ReadAsStringAsync", "ReadToEndAsync", "StreamReader", "ReadFormAsync", "Parse", "from_str", "from_slice"}
        | {"into_inner", "readBody", "readValidatedBody", "readFormData", "getQuery", "getValidatedQuery"}
        | {"getRouterParam", "getRouterParams", "String", "Number", "decodeURIComponent", "parseBody", "parse_body"}
        | {"formData", "validate", "validateSync", "plainToInstance", "parse_qs", "parse_qsl", "urlparse", "urlsplit"}
        | {"get_json", "readTree", "readValue", "fromJson", "parseObject", "parseString", "JSONObject", "ParseAsync"}
        | {"parseToJsonElement", "decodeFromString", "jsonDecode", "json_decode"}
        | {"fromJsonString", "fromBinary", "FromString"}  # messages of Protocol Buffers
    )
    | BODY_FUNCTIONS
)
"""Calls that turn the text of a request into data, or check its form: what they return is still the caller's."""

CUTTING_CALLS = regex(
    r"(?:URL|URLSearchParams|decodeURI(?:Component)?|(?:url|querystring|qs)\.parse"
    r"|(?:six\.moves\.)?urllib\.parse\.(?:urlparse|urlsplit|parse_qsl?|unquote(?:_plus)?)"
    r"|zod\.(?:\w+\.)*(?:safeP|p)arse(?:Async)?)"
)
"""The full names of calls that cut what the caller sends to pieces, and tell nothing about who that is."""

PARSING_NAME = regex(r"(?i)^_*(?:parse|validate|saniti[sz]e|normali[sz]e|clean|decode|trim|coerce|read_?json|bind)")
"""How helpers of an application are called that do the same."""

REQUEST_GLOBALS = (
    *("flask.request", "quart.request", "bottle.request", "sanic.request", "cherrypy.request"),
    *("next/headers.cookies", "next/headers.headers"),
    *("chalice.Chalice.current_request", "chalice.Blueprint.current_request"),
    *(f"{package}.reqparse.RequestParser.parse_args" for package in ("flask_restful", "flask_restx")),
    *(
        f"{package}call.{part}"
        for package in ("", "io.ktor.server.application.", "io.ktor.application.")
        for part in ("receive", "request", "parameters", "queryParameters", "pathParameters")
    ),
)
"""The request where it is a global of the framework; `call` is that of Ktor's routes."""
_LARAVEL_REQUESTS = ("Request.", "Illuminate.Http.Request.", "Illuminate.Support.Facades.Request.")
LANGUAGE_GLOBALS: dict[str, tuple[str, ...]] = {
    "php": (
        *("_GET", "_POST", "_REQUEST", "_COOKIE", "_FILES", "_SERVER", "getallheaders", "apache_request_headers"),
        *("filter_input", "Illuminate.Support.Facades.Input.", *_LARAVEL_REQUESTS),
    ),
    "ruby": ("params", "request", "cookies"),
    "csharp": (
        *(f"Request.{part}" for part in ("Query", "Headers", "Form", "Body", "RouteValues", "Cookies")),
        "HttpContext.Request",
    ),
    "elixir": tuple(f"conn.{part}" for part in ("params", "body_params", "query_params", "path_params", "req_headers")),
}
"""What holds the request by a name that the language or a framework gives it, besides."""
SERVER_SET_GLOBALS = tuple(f"{name}{part}" for name in _LARAVEL_REQUESTS for part in ("user", "session"))
"""What the server fills in beside them."""


def is_request_global(name: str, language: str) -> bool:
    """Whether a full name stands for the request, or a part of it that the caller chooses."""
    if name.startswith(REQUEST_GLOBALS):
        return True
    known = LANGUAGE_GLOBALS.get(language, ())
    if name.startswith(SERVER_SET_GLOBALS) or not name.startswith(known):
        return False
    return language != "ruby" or name.partition(".")[0] in known


INJECTED = frozenset({"Session", "Depends", "Security", "Inject", "fastapi.Depends", "fastapi.Security"})
"""Parameters whose value the server computes: those of FastAPI, and Serverpod's session."""

TEXT_HELPERS = frozenset({"Str", "JSON", "URI", "CGI", "Base64", "ERB", "Json", "Purifier", "Normalizer", "Sanitize"})
"""Classes of PHP and Ruby whose methods change text."""

ELIXIR_KINDS: dict[str, str] = {
    **dict.fromkeys(("controller", "Phoenix.Controller"), "controller"),
    **dict.fromkeys(("live_view", "live_component", "Phoenix.LiveView", "Phoenix.LiveComponent"), "live"),
    **dict.fromkeys(("channel", "Phoenix.Channel"), "channel"),
    "Plug.Router": "router",
}
"""What a module is that uses a module of Phoenix or Plug, or asks its own web module for a part."""
ELIXIR_CALLBACKS: dict[tuple[str, str], int] = {
    ("live", "handle_event"): 3,
    ("live", "handle_params"): 3,
    ("live", "mount"): 3,
    ("channel", "handle_in"): 3,
    ("channel", "join"): 3,
}
"""The functions that answer a client, by the kind of module, with how many parameters they have."""
ELIXIR_ROUTES = frozenset({"get", "post", "put", "patch", "delete", "match"})
ELIXIR_REQUEST_PARTS = frozenset({"params", "body_params", "query_params", "path_params", "req_headers", "cookies"})
"""Parts of a connection that the caller chooses."""

SERVER_SET = frozenset(
    {"user", "session", "auth", "state", "ctx", "locals", "authorizer", "currentUser", "identity_token", "assigns"}
    | {"var"}
)
"""Parts of a request that the server fills in after it has looked at the caller: `req.user`, `request.session`."""

CALLER_ID = regex(r"(?i)^(?:(?:auth|authenticated|current)_?)?(?:(?:user|account|member|device|firebase)_?u?id|uid)$")
"""What middleware of Express calls the caller's id, which it keeps beside the parts that he sends: `req.userId`."""

CALLER_RECORD = regex(
    r"(?i)^(?:auth(?:enticated|ed)?|authori[sz]ed|current|logged_?in|signed_?in|session|jwt|token)_?"
    r"(?:user|account|member|admin|customer|payload|claims)$"
)
"""What it calls all that it knows of him: `req.authUser`, `req.jwtPayload`."""

SENT_FIELD = regex(
    r"(?i)^(?:(?:raw|valid\w*|pars\w*|clean\w*|safe\w*)?_?(?:body|query|params?|data|input|dto|payload|files?|fields)"
    r"|valid\w*|parsed\w*|cookies|signed_?cookies|headers\w*|raw\w*|req|request|url|original_?url|base_?url|path|route"
    r"|method|host|hostname|subdomains|protocol|ips?|xhr|socket|connection|id|log|server|context|room\w*|name"
    r"|(?:guest|participant|visitor|device|client)\w*|\w*(?:event|token|webhook|message)"
    r"|[a-z]*(?:header|param|text|json|multipart|parts|get|accepts\w*|is|on|pipe|read))$"
)
"""Parts of a request of Express, Fastify, Next or Node that hold what is sent, or may.

Sources: expressjs.com/en/api.html#req, fastify.dev/docs/latest/Reference/Request, nodejs.org/api/http.html.
"""

RESPONSES = frozenset({"res", "response", "reply"})
"""How the parameter after the request is called where a handler has both."""

SERVER_SET_HEADERS = frozenset({"x-appwrite-user-id", "x-appwrite-user-jwt"})
"""Headers that a platform writes itself when it knows the caller (appwrite.io/docs/products/functions/develop)."""

REQUEST_PARAMETERS = frozenset(
    {"request", "req", "ctx", "c", "context", "event", "info", "socket", "ws", "websocket", "conn", "opts"}
)
"""How the parameter with the whole request is called; `body.user` is data of the caller, `req.user` is not."""
REQUEST_PARTS = frozenset({"requestContext", "req", "request", "raw", "context", "handshake", "scope"})
"""Parts of a request that hold another form of it."""

KEPT_BY_SERVER = frozenset(
    {"sessionAttribute", "cachedSessionAttribute", "getUserPrincipal", "getRemoteUser", "getPrincipal", "principal"}
    | {"getSession", "getAttribute", "consumeSessionAttribute", "get_secure_cookie", "get_signed_cookie"}
)
"""Methods of a request that give what the server knows of the caller, and not what he sends."""

ASKING_BACKEND = frozenset({"runQuery", "runMutation", "runAction"})
"""Methods by which a function of Convex has others run: what they answer is not what the caller sends.

Source: docs.convex.dev/functions/actions.
"""

SCRIPT = "{main}"
"""The name of the function that a PHP script which answers requests is."""

PHP_ROUTERS = frozenset({"get", "post", "put", "patch", "delete", "any", "match", "options", "map", "addRoute", "add"})
"""Methods of PHP's routers that register an action for a path."""

RUBY_ROUTES = frozenset({"get", "post", "put", "patch", "delete", "options", "route"})
