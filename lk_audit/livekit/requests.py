"""How web frameworks hand requests to code, and what authenticates a caller: names, as tables.

Sources: the documentation of each framework.
"""

from __future__ import annotations

from lk_audit.livekit.requests_go import BODY_FUNCTIONS
from lk_audit.patterns import regex

ROUTE_METHODS = frozenset(
    {"get", "post", "put", "patch", "delete", "all", "route", "api_route", "websocket", "options", "head", "any"}
)
"""Methods that register a handler for a path, as decorator (`@app.get("/x")`) or call (`app.get("/x", handler)`)."""

ROUTE_DECORATORS = frozenset(
    {"Get", "Post", "Put", "Patch", "Delete", "All", "Query", "Mutation", "api_view", "action", "csrf_exempt", "view"}
    | {"Route"}
)
"""Decorators without a receiver that make a handler: NestJS, GraphQL, Django REST framework, Pyramid, Symfony."""

HANDLER_TAKERS: dict[str, str] = {
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

HTTP_EXPORTS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "ALL"})
"""Exported functions that are route handlers: Next app routes, SvelteKit, Astro."""

LOADER_EXPORTS = frozenset({"loader", "action", "onRequest", "onRequestGet", "onRequestPost", "handler"})

SERVED_PARAMETERS = frozenset({"req", "request", "event", "r"})
"""How the first parameter of an exported handler is called."""

REQUEST_FRAMEWORKS = frozenset({"django", "rest_framework", "functions_framework", "aiohttp", "starlette", "sanic"})
"""Python packages whose views are plain functions of a request."""

VIEW_CLASSES = ("View", "ViewSet", "Handler", "Resource", "Servlet")
"""How the base classes of class-based views end."""

HANDLER_CLASS_METHODS = frozenset(
    {"get", "post", "put", "patch", "do_GET", "do_POST", "create", "retrieve", "list", "fetch"}
    | {"doGet", "doPost", "doPut", "service", "handle", "handleRequest"}
)

PARSING_CALLS = (
    frozenset(
        {
            "parse",
            "parseAsync",
            "safeParse",
            "loads",
            "assign",
            "model_validate",
            "parse_obj",
            "json",
            "URL",
            "URLSearchParams",
        }
        | {"Deserialize", "DeserializeAsync", "DeserializeObject", "ReadFromJsonAsync", "ReadAsStringAsync"}
        | {"ReadToEndAsync", "StreamReader", "ReadFormAsync", "Parse", "from_str", "from_slice", "into_inner"}
        | {"readBody", "readValidatedBody", "readFormData", "getQuery", "getValidatedQuery", "getRouterParam"}
        | {
            "getRouterParams",
            "String",
            "Number",
            "decodeURIComponent",
            "parseBody",
            "parse_body",
            "formData",
            "validate",
        }
        | {"validateSync", "plainToInstance", "parse_qs", "parse_qsl", "urlparse", "urlsplit", "get_json"}
    )
    | BODY_FUNCTIONS
)
"""Calls that turn the text of a request into data, or check its form: what they return is still the caller's."""

PARSING_NAME = regex(r"(?i)^_*(?:parse|validate|saniti[sz]e|normali[sz]e|clean|decode|trim|coerce|read_?json|bind)")
"""How helpers of an application are called that do the same."""

REQUEST_GLOBALS = (
    *("flask.request", "quart.request", "bottle.request", "sanic.request", "cherrypy.request"),
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
_SERVER_SET_GLOBALS = tuple(f"{name}{part}" for name in _LARAVEL_REQUESTS for part in ("user", "session"))


def is_request_global(name: str, language: str) -> bool:
    """Whether a full name stands for the request, or a part of it that the caller chooses."""
    if name.startswith(REQUEST_GLOBALS):
        return True
    known = LANGUAGE_GLOBALS.get(language, ())
    if name.startswith(_SERVER_SET_GLOBALS) or not name.startswith(known):
        return False
    return language != "ruby" or name.partition(".")[0] in known


INJECTED = frozenset({"Session", "Depends", "Security", "Inject", "fastapi.Depends", "fastapi.Security"})
"""Parameters whose value the server computes: those of FastAPI, and Serverpod's session."""

TEXT_HELPERS = frozenset({"Str", "JSON", "URI", "CGI", "Base64", "ERB", "Json", "Purifier", "Normalizer", "Sanitize"})
"""Classes of PHP and Ruby whose methods change text."""

_AUTHENTICATING_WORDS = (
    r"authenticat\w*|authori[sz]e\w*|authorization|requires?_?auth\w*|auth_?required|login_?required|require_?login|"
    r"require_?user|require_?session|require_?role\w*|require_?admin|ensure_?auth\w*|ensure_?logged\w*|is_?authenticated|"
    r"check_?auth\w*|verify_?(?:token|jwt|auth\w*|api_?key|session|access\w*|id_?token|user|firebase\w*|signature|request)|"
    r"validate_?(?:token|session|api_?key|auth\w*|jwt|access\w*)|"
    r"get_?(?:server)?_?session|get_?current_?\w*user\w*|get_?(?:auth\w*|user|token)(?:_?from\w*)?|current_?user|"
    r"jwt_?required|token_?required|permission_?required|user_?passes_?test|passport|protect|protected|"
    r"auth_?middleware|auth_?guard|use_?guards|jwt_?auth\w*|bearer\w*|api_?key_?\w*|with_?auth\w*|"
    r"auth|clerk\w*|unlock\w*|iron_?session|check_?(?:token|session|permission\w*|api_?key)|"
    r"validate_?user|verify_?user|is_?logged_?in|logged_?in_?required|permissions?_?classes|timing_?safe_?equal|"
    r"compare_?digest|constant_?time_?(?:compare|eq)|compare_?hash_?and_?password|(?:get_?)?is_?(?:admin|owner|host|moderator|member|authori[sz]ed|allowed|valid_?(?:user|token|session))|"
    r"(?:user_?)?has_?(?:access|permission\w*|role)|can_?(?:access|join|enter)\w*|"
    r"(?:check|validate|verify)_?(?:access|password|passcode|secret|membership|member|admin|owner|role|user_?access)\w*|"
    r"pre_?authorize|secured|roles_?allowed|authenticated|requires_?(?:authentication|permissions|roles|user)|"
    r"sa_?check_?\w+|\w*principal|login_?(?:user|member|info|id)|user_?details|\w*user_?details|current_?\w+|"
    r"get_?\w{0,20}_?from_?(?:token|jwt|header|request|session)|extract_?(?:user\w*|claims|email|subject|member\w*)|"
    r"get_?user_?identity|get_?uid|(?:require|ensure|load|fetch)_?(?:session|user|account|login\w*)(?:_?id)?|"
    r"assert_?(?:auth\w*|user|session|admin|member|access)\w*|is_?granted|deny_?access_?unless_?granted|"
    r"doorkeeper_?authorize|current_?user_?can|is_?user_?logged_?in|user_?signed_?in|http_?basic_?authenticate_?with"
)
GO_TEXT_PACKAGES = ("strings.", "bytes.", "fmt.", "net/url.", "encoding/", "regexp.", "strconv.", "len", "append")
"""Go packages that cut text to pieces, and tell nothing about who sent it."""

GO_CHECK_NAME = regex(r"(?i)^(?:verify|validate|authenticate|authori[sz]e|check|require|ensure|assert)")
"""How functions begin, in a language without exceptions, whose error says who the caller is not."""

AUTHENTICATING_NAME = regex(rf"(?i)^_*(?:{_AUTHENTICATING_WORDS})$")
"""Functions, decorators, dependencies and middleware that authenticate, by their last name."""

_GO_AUTHENTICATION = (
    *("github.com/golang-jwt/jwt.Parse", "github.com/golang-jwt/jwt.ParseWithClaims"),
    *("github.com/dgrijalva/jwt-go.Parse", "github.com/dgrijalva/jwt-go.ParseWithClaims"),
    *("github.com/lestrrat-go/jwx/jwt.Parse", "github.com/lestrrat-go/jwx/jwt.ParseRequest"),
    *("github.com/gofiber/contrib/jwt.New", "github.com/gofiber/jwt.New", "github.com/gofiber/contrib/paseto.New"),
    *("github.com/gofiber/fiber/middleware/keyauth.New", "github.com/gofiber/fiber/middleware/basicauth.New"),
    *("github.com/labstack/echo-jwt.JWT", "github.com/labstack/echo-jwt.WithConfig"),
    *(f"github.com/labstack/echo/middleware.{name}" for name in ("JWT", "JWTWithConfig", "KeyAuth", "BasicAuth")),
    *(f"github.com/labstack/echo/middleware.{name}WithConfig" for name in ("KeyAuth", "BasicAuth")),
    *(f"github.com/gin-gonic/gin.{name}" for name in ("BasicAuth", "BasicAuthForRealm")),
    *("github.com/go-chi/jwtauth.Authenticator", "github.com/go-chi/chi/middleware.BasicAuth"),
    "github.com/clerk/clerk-sdk-go/http.RequireHeaderAuthorization",
    "golang.org/x/crypto/bcrypt.CompareHashAndPassword",
)

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

_ELIXIR_AUTHENTICATION = (
    *("Phoenix.Token.verify", "Plug.Crypto.verify", "Plug.Crypto.secure_compare", "Plug.BasicAuth.basic_auth"),
    *("Joken.verify_and_validate", "Joken.Config.verify_and_validate", "Joken.verify", "JOSE.JWT.verify_strict"),
    *("Bcrypt.verify_pass", "Argon2.verify_pass", "Pbkdf2.verify_pass", "Pow.Plug.RequireAuthenticated"),
    *("Guardian.Plug.EnsureAuthenticated", "Guardian.Plug.authenticated?", "Guardian.decode_and_verify"),
)

AUTHENTICATING_CALLS = frozenset(
    {
        *_ELIXIR_AUTHENTICATION,
        "Firebase.JWT.JWT.decode",
        "JWT.decode",
        "Illuminate.Support.Facades.Gate.authorize",
        "Gate.authorize",
        "password_verify",
        "hash_equals",
        "Rack.Utils.secure_compare",
        "ActiveSupport.SecurityUtils.secure_compare",
        "jsonwebtoken.verify",
        "jwt.decode",
        "jose.jwtVerify",
        "jose.jwt.decode",
        "next-auth.getServerSession",
        "next-auth/jwt.getToken",
        "@clerk/nextjs/server.auth",
        "@clerk/nextjs/server.currentUser",
        "@clerk/nextjs.auth",
        "bcrypt.compare",
        "bcrypt.compareSync",
        "hono/jwt.jwt",
        "hono/jwk.jwk",
        "hono/jwt.verify",
        "hono/bearer-auth.bearerAuth",
        "hono/basic-auth.basicAuth",
        "koa-jwt",
        "koa-jwt.default",
        "express-jwt",
        "express-jwt.default",
        "express-jwt.expressjwt",
        "express-basic-auth",
        "express-basic-auth.default",
        "org.springframework.security.core.context.SecurityContextHolder.getContext",
        "org.springframework.security.core.context.ReactiveSecurityContextHolder.getContext",
        "cn.dev33.satoken.stp.StpUtil.checkLogin",
        "cn.dev33.satoken.stp.StpUtil.getLoginId",
        "cn.dev33.satoken.stp.StpUtil.getLoginIdAsLong",
        "cn.dev33.satoken.stp.StpUtil.getLoginIdAsString",
        "call.principal",
        "call.authentication.principal",
        "io.ktor.server.application.call.principal",
        *_GO_AUTHENTICATION,
    }
)

GUARD_SETTINGS = frozenset({"permission_classes", "authentication_classes", "decorators"})
"""Class attributes that name a view's guards."""

MOUNTING_METHODS = frozenset(
    {"use", "register", "include_router", "register_blueprint", "route", "mount", "add_routes", "add_router"}
    | {"on", "include", "add_subapp", "blueprint", "register_router", "Mount", "Route", "Group"}
)
"""Methods that make a router part of another, or of the application."""

REFUSAL_STATUS = frozenset({401, 403})
REFUSAL_NAMES = regex(
    r"(?i)unauthori[sz]ed|forbidden|unauthenticated|permission_?denied|not_?authenticated|HTTP_40[13]"
)
"""How a handler refuses a caller."""

SERVER_SET = frozenset(
    {"user", "session", "auth", "state", "ctx", "locals", "authorizer", "currentUser", "identity_token", "assigns"}
)
"""Parts of a request that the server fills in after it has looked at the caller: `req.user`, `request.session`."""

SERVER_SET_HEADERS = frozenset({"x-appwrite-user-id", "x-appwrite-user-jwt"})
"""Headers that a platform writes itself when it knows the caller (appwrite.io/docs/products/functions/develop)."""

REQUEST_PARAMETERS = frozenset(
    {"request", "req", "ctx", "c", "context", "event", "info", "socket", "ws", "websocket", "conn"}
)
"""How the parameter with the whole request is called; `body.user` is data of the caller, `req.user` is not."""
REQUEST_PARTS = frozenset({"requestContext", "req", "request", "raw", "context", "handshake"})
"""Parts of a request that hold another form of it."""

KEPT_BY_SERVER = frozenset(
    {"sessionAttribute", "cachedSessionAttribute", "getUserPrincipal", "getRemoteUser", "getPrincipal", "principal"}
    | {"getSession", "getAttribute", "consumeSessionAttribute"}
)
"""Methods of a request that give what the server knows of the caller, and not what he sends."""

LEAVING_CALLS = frozenset(
    {"abort", "redirect", "error", "unauthorized", "forbidden", "throw", "sendStatus", "fail", "disconnect"}
)
"""Calls that end the handling of a request: Flask's abort, SvelteKit's error, Next's redirect ..."""

SHAPE_TESTS = frozenset(
    {"includes", "match", "test", "isinstance", "startsWith", "startswith", "endsWith", "isArray"}
    | {"HasPrefix", "HasSuffix", "Contains", "MatchString"}
)
"""Calls that look at the form of the input and tell nothing about the caller."""

LOOKUP_CALLS = frozenset({"exists", "count", "first"})

_SCHEMES: dict[str, tuple[str, ...]] = {
    "http": ("HTTPBearer", "HTTPBasic", "HTTPDigest"),
    "api_key": ("APIKeyHeader", "APIKeyQuery", "APIKeyCookie"),
    "oauth2": ("OAuth2PasswordBearer", "OAuth2AuthorizationCodeBearer"),
    "open_id_connect_url": ("OpenIdConnect",),
}
PRESENCE_SCHEMES = frozenset(
    f"fastapi.security.{where}{name}"
    for module, names in _SCHEMES.items()
    for name in names
    for where in ("", f"{module}.")
)
"""FastAPI's security schemes: they see to it that credentials are there, not that they are right.

Source: fastapi/fastapi:fastapi/security.
"""

PERMISSIVE = frozenset({"AllowAny", "allow_any", "Public", "permitAll", "allowAnonymous", "AllowAnonymous"})
TRUSTED_BASES = frozenset(
    {"AuthGuard", "IsAuthenticated", "LoginRequiredMixin", "BaseAuthentication", "TokenAuthentication"}
)
"""Base classes that bring their authentication along."""

_AUTH_FACADES = ("Auth", "Illuminate.Support.Facades.Auth", "Session", "Illuminate.Support.Facades.Session")
LANGUAGE_IDENTITIES: dict[str, tuple[str, ...]] = {
    "php": (
        *("_SESSION", "is_user_logged_in", "current_user_can", "get_current_user_id", "wp_get_current_user"),
        *(f"{name}.{part}" for name in _AUTH_FACADES for part in ("user", "id", "check", "guard", "get", "has")),
        *_SERVER_SET_GLOBALS,
    ),
    "ruby": (
        *("current_user", "current_account", "current_admin", "current_member", "session", "warden", "env.warden"),
        *("user_signed_in", "logged_in", "signed_in", "authenticated", "Current.user", "rodauth"),
    ),
    "csharp": (
        *("User.Identity", "User.Find", "User.Claims", "User.Get", "User.IsInRole", "User.HasClaim"),
        *("HttpContext.User", "HttpContext.Get", "Context.User"),
    ),
    "elixir": (
        *("get_session", "Plug.Conn.get_session", "Guardian.Plug.current_resource", "Guardian.Plug.current_claims"),
        *("Pow.Plug.current_user", "current_user", "current_resource", "conn.assigns", "socket.assigns"),
    ),
}
"""The same by language, for names that a framework gives what it knows of the caller."""

IDENTITY_REFERENCES = (
    *("call.principal", "call.sessions", "call.authentication"),
    *("io.ktor.server.application.call.principal", "io.ktor.server.application.call.sessions"),
    "flask.session",
    "flask.g.",
    "flask_login.current_user",
    "quart.session",
    "quart.g.",
)

CREDENTIAL_WORD = regex(
    r"(?i)token|jwt|authori[sz]ation|bearer|cookie|session|secret|passw|passcode|signature|\bsig\b|hmac|api_?key|credential"
    r"|\botp\b|invite|\bpin\b|x-.*key"
)
"""What only the rightful caller can send, by the words in its name."""

MIDDLEWARE_METHODS = frozenset(
    {"use", "addHook", "add_middleware", "before_request", "before_app_request", "before_websocket", "middleware"}
    | {"on_request", "useGlobalGuards", "guard", "register_middleware", "Use", "UseHandler", "Pre", "BindFunc"}
)
"""Methods that put something in front of the handlers of a router."""

PUBLIC_MARKS = frozenset({"Public", "SkipAuth", "IsPublic", "AllowAnonymous", "NoAuth", "Unprotected", "SkipGuard"})
"""Decorators that exempt a handler from the guards around it, by convention."""

SCRIPT = "{main}"
"""The name of the function that a PHP script which answers requests is."""

PHP_ROUTERS = frozenset({"get", "post", "put", "patch", "delete", "any", "match", "options", "map", "addRoute", "add"})
"""Methods of PHP's routers that register an action for a path."""
PHP_GUARDING = frozenset({"middleware", "add", "addMiddleware", "filter", "before", "can", "withMiddleware"})
"""Methods that put something in front of a route or of a group of routes, and keys of such settings."""
HARMLESS_MIDDLEWARE = frozenset(
    {"web", "api", "throttle", "cors", "guest", "bindings", "cache", "json", "log", "logging", "localization", "locale"}
    | {"language", "trim", "csrf", "signed_url", "stateful", "https", "secure_headers", "honeypot", "tenant"}
)
"""Middleware by its customary name that lets strangers pass."""
OPEN_PERMISSIONS = frozenset({"__return_true", "return_true"})
"""WordPress: what permits everybody."""

RUBY_ROUTES = frozenset({"get", "post", "put", "patch", "delete", "options", "route"})
RUBY_FILTERS = frozenset(
    {"before_action", "before_filter", "prepend_before_action", "append_before_action", "before", "on_request"}
)
"""Calls in a class body, or a Sinatra file, that run something before every action."""
RUBY_SKIPS = frozenset({"skip_before_action", "skip_before_filter", "allow_unauthenticated_access"})
RUBY_GUARDS = frozenset(
    {"http_basic_authenticate_with", "doorkeeper_for", "authenticate_with", "load_and_authorize_resource"}
)
"""Calls in a class body that are guards themselves."""
RUBY_ROOTS = frozenset(
    {"ActionController.Base", "ActionController.API", "ActionController.Metal", "Sinatra.Base", "Grape.API"}
)
"""Base classes of frameworks, which authenticate nobody."""

MIDDLEWARE_FILES = tuple(
    f"{name}.{suffix}"
    for name in ("middleware", "src/middleware", "proxy", "src/proxy", "src/hooks.server", "functions/_middleware")
    for suffix in ("ts", "js", "mjs")
)
"""Files that a framework runs before every request: Next, Astro, SvelteKit, Cloudflare Pages."""

WRAPPING_MIDDLEWARE = frozenset({"withAuth", "authMiddleware", "withMiddlewareAuthRequired", "authkitMiddleware"})
"""Libraries' middleware that refuses strangers by itself."""

APPLICATION_CLASSES: dict[str, tuple[tuple[str, ...], frozenset[str | None]]] = {
    "starlette": (("Starlette", "add_middleware"), frozenset({"middleware", None})),
    "fastapi": (("FastAPI", "add_middleware"), frozenset({"middleware", "dependencies", None})),
    "aiohttp": (("Application",), frozenset({"middlewares", None})),
}
"""By Python package: what takes the middleware of an application, and under which keywords."""

PERMISSION_SETTINGS = "DEFAULT_PERMISSION_CLASSES"
VIEW_DECORATORS = frozenset({"api_view"})
