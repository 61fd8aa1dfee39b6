"""What authenticates a caller, what turns him away, and what says who he is: names, as tables.

Sources: the documentation of each framework and library.
"""

from __future__ import annotations

from lk_audit.livekit.requests import SERVER_SET_GLOBALS
from lk_audit.patterns import regex

_PEOPLE = (
    r"(?:agent|doctor|patient|teacher|tutor|student|admin|employee|staff|operator|player|customer|organi[sz]er|profile"
    r"|member|account|person|identity)"
)
"""Whom applications call their users."""
_AUTHENTICATING_WORDS = (
    r"authenticat\w*|authori[sz]e\w*|authorization|requires?_?auth\w*|auth_?required|login_?required|require_?login|"
    r"requires?_?(?:api_?key|token|jwt|bearer|signature)\w*|require_?user|require_?(?:user_?)?session|require_?role\w*|require_?admin|ensure_?auth\w*|ensure_?logged\w*|is_?authenticated|"
    r"check_?auth\w*|verify_?(?:token|jwt\w*|auth\w*|bearer\w*|api_?key|session(?:_?cookie)?|access\w*|id_?token|user|firebase\w*|signature|request)|"
    r"validate_?(?:token|session|api_?key|auth\w*|jwt|access\w*)|"
    r"get_?(?:server|user)?_?session|get_?current_?\w*user\w*|get_?(?:auth\w*|user|token)(?:_?from\w*)?|current_?user|"
    r"jwt_?required|token_?required|permission_?required|user_?passes_?test|passport|protect|protected|"
    r"auth_?middleware|auth_?guard|use_?guards|jwt_?(?:auth\w*|verify)|bearer\w*|api_?key_?\w*|"
    r"with_?(?:(?:api|page|ssr|server_?side)_?)?(?:auth|user|protect|permission|admin|login)\w*|(?:protected|private)_?route|"
    r"\w{0,30}(?:login|permission|staff|superuser|group)_?required_?mixin|user_?passes_?test_?mixin|"
    r"auth|clerk\w*|unlock\w*|iron_?session|check_?(?:token|session|permission\w*|api_?key)|"
    r"validate_?user|verify_?user|is_?logged_?in|logged_?in_?required|timing_?safe_?equal|"
    r"compare_?digest|constant_?time_?(?:compare|eq(?:uals?)?)|compare_?hash_?and_?password|(?:get_?)?is_?(?:admin|owner|host|moderator|member|authori[sz]ed|allowed|valid_?(?:user|token|session))|"
    r"(?:user_?)?has_?(?:access|permission\w*|role)|can_?(?:access|join|enter)\w*|"
    r"(?:check|validate|verify)_?(?:access|password|passcode|secret|membership|member|admin|owner|role|user_?access)\w*|"
    r"pre_?authorize|secured|roles_?allowed|authenticated|requires_?(?:authentication|permissions|roles|user)|"
    r"sa_?check_?\w+|\w*principal|login_?(?:user|member|info|id)|user_?details|\w*user_?details|"
    r"current_?(?!time|date|day|year|milli|nano|second|epoch|instant|thread|app|room|page|count|dir|path|url|locale)\w+|"
    r"get_?\w{0,20}_?from_?(?:token|jwt|header|request|session)|extract_?(?:user\w*|claims|email|subject|member\w*)|"
    r"get_?user_?identity|get_?uid|(?:require|ensure|load|fetch)_?(?:session|user|account|login\w*)(?:_?id)?|"
    rf"get_?current_?\w{{0,20}}{_PEOPLE}|"
    r"assert_?(?:auth\w*|user|session|admin|member|access)\w*|is_?granted|deny_?access_?unless_?granted|"
    r"doorkeeper_?authorize|current_?user_?can|is_?user_?logged_?in|user_?signed_?in|http_?basic_?authenticate_?with"
)

_ADMITTING_WORDS = (
    r"\w*(?:optional|maybe|anonymous|or_?none|or_?null)|clerk_?(?:middleware|plugin|express_?with_?auth)$"
)
"""How those are called that look who is there, and let others pass too: Clerk's middleware only leaves word of it."""

AUTHENTICATING_NAME = regex(rf"(?i)^(?!{_ADMITTING_WORDS})_*(?:{_AUTHENTICATING_WORDS})$")
"""Functions, decorators, dependencies and middleware that authenticate, by their last name."""

LOOKING_NAME = regex(rf"(?i)^_*(?:{_AUTHENTICATING_WORDS})$")
"""Functions that find out who is there, whether they let others pass or not: what they give must be asked."""

CALLER_WORD = regex(r"(?i)user|account|member|auth|session|claims|principal|viewer")
"""What dependencies are called that tell who the caller is, if they can."""

REFUSING_CALL = regex(
    r"^(?:account\.get|authenticate\.(?:admin|pos|flow|fulfillmentService)|public\.(?:appProxy|checkout|customerAccount)"
    r"|(?:collection|users|admins)\.auth(?:Refresh|WithPassword)"
    r"|(?i:_?(?:jwt|jwks|id_?token|access_?token)_?(?:service|verifier|client|manager)\.verify(?:_?async)?))$"
)
"""Methods that raise for strangers, with what they are called on: Appwrite's, Shopify's `authenticate.admin(request)`,
PocketBase's `pb.collection("users").authRefresh()`, Nest's `jwtService.verifyAsync(token)`."""

VERIFYING_CALL = regex(r"(?i)^_?(?:(?:jwt|jwks|paseto|subtle)\.verify(?:_?async)?|auth\.getUserId)$")
"""Methods that raise for strangers, or give nothing or false: the `jwt` of Fastify and of Elysia, `crypto.subtle`, and
`auth` of Convex Auth (labs.convex.dev/auth/authz)."""

INSISTING_OPTIONS: dict[str, frozenset[object]] = {
    "or": frozenset({"redirect", "throw"}),
    "ensureSignedIn": frozenset({True}),
}
"""Options by which a look who is there goes no further without anybody: Stack's `getUser({ or: "redirect" })`, WorkOS's
`withAuth({ ensureSignedIn: true })`."""

ADMITTING_OPTIONS: dict[str, bool] = {
    "optional": True,
    "passthrough": True,
    "auto_error": False,
    "required": False,
    "credentialsRequired": False,
    "authRequired": False,
}
"""Options with which checks let strangers pass: Flask-JWT-Extended's, FastAPI's, koa-jwt's, express-jwt's, Auth0's."""

_POCKETBASE_CALLERS = (
    *("", "Superuser", "SuperuserOrOwner"),
    *("Record", "SameContextRecord", "Admin", "AdminOrRecord", "AdminOrOwner"),
)
"""Whom PocketBase's middleware asks for: since v0.23, and before."""

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
    *(f"github.com/pocketbase/pocketbase/apis.Require{who}Auth" for who in _POCKETBASE_CALLERS),
    "golang.org/x/crypto/bcrypt.CompareHashAndPassword",
)

_ELIXIR_AUTHENTICATION = (
    *("Phoenix.Token.verify", "Plug.Crypto.verify", "Plug.Crypto.secure_compare", "Plug.BasicAuth.basic_auth"),
    *("Joken.verify_and_validate", "Joken.Config.verify_and_validate", "Joken.verify", "JOSE.JWT.verify_strict"),
    *("Bcrypt.verify_pass", "Argon2.verify_pass", "Pbkdf2.verify_pass", "Pow.Plug.RequireAuthenticated"),
    *("Guardian.Plug.EnsureAuthenticated", "Guardian.Plug.authenticated?", "Guardian.decode_and_verify"),
)

_TELEGRAM = ("@telegram-apps", "@tma.js")
"""Who publishes what checks that Telegram signed the data of a mini app."""

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
        *(f"{package}/init-data-node.{name}" for package in _TELEGRAM for name in ("validate", "isValid")),
        *(f"meteor/meteor.Meteor.{name}" for name in ("userId", "user", "userAsync")),
        "starlette.authentication.requires",
        *(f"ninja.security.django_auth{who}" for who in ("", "_superuser", "_is_staff")),
        *(f"ninja_jwt.authentication.{name}" for name in ("JWTAuth", "AsyncJWTAuth")),
        "call.principal",
        "call.authentication.principal",
        "io.ktor.server.application.call.principal",
        *_GO_AUTHENTICATION,
    }
)

GO_ASKING_NAME = regex(r"(?i)user_?info|introspect|who_?am_?i")
"""What asks another server whose a credential is, as gomatrixserverlib's `LookupUserInfo` does for OpenID tokens."""

GO_CHECK_NAME = regex(r"(?i)^(?:verify|validate|authenticate|authori[sz]e|check|require|ensure|assert)")
"""How functions begin, in a language without exceptions, whose error says who the caller is not."""

GO_TEXT_PACKAGES = ("strings.", "bytes.", "fmt.", "net/url.", "encoding/", "regexp.", "strconv.", "len", "append")
"""Go packages that cut text to pieces, and tell nothing about who sent it."""

SHAPE_TESTS = frozenset(
    {"includes", "match", "test", "isinstance", "startsWith", "startswith", "endsWith", "isArray"}
    | {"HasPrefix", "HasSuffix", "Contains", "MatchString"}
)
"""Calls that look at the form of the input and tell nothing about the caller."""

LOOKUP_CALLS = frozenset({"exists", "count", "first"})
"""Calls that ask whether something is there."""

BLOCKING_NAME = regex(
    r"(?i)^(?:is|was|has|check)?_?(?:been_?)?(?:user_?|ip_?)?(?:kicked|banned|blocked|blacklisted|muted|suspended|removed|"
    r"rate_?limited|rate_?limit|throttled|locked|too_?many\w*)(?:_?(?:by|from|out)_?\w*)?$|\w{0,40}(?:captcha|turnstile)"
)
"""Calls that find those who may not, and let everybody else pass, known or not."""

BLOCKED_NAME = regex(r"(?i)^(?:banned|blocked|black_?list|kicked|muted|suspended|deny_?list|denied)")
"""Lists of those who may not: `bannedNames.some(...)`."""

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
"""Guards that let everybody pass."""

TRUSTED_BASES = frozenset(
    {"AuthGuard", "IsAuthenticated", "LoginRequiredMixin", "BaseAuthentication", "TokenAuthentication"}
)
"""Base classes that bring their authentication along."""

REFUSAL_STATUS = frozenset({401, 403})

REFUSAL_NAMES = regex(
    r"(?i)unauthori[sz]ed|forbidden|unauthenticated|permission[_ -]?denied|not[_ -]?(?:authenticated|authori[sz]ed)"
    r"|HTTP_40[13]"
)
"""How a handler refuses a caller."""

UNKNOWN_CALLER_NAMES = regex(r"(?i)unauthori[sz]ed|unauthenticated|not_?authenticated|HTTP_401")
"""How it refuses one of whom it does not know who he is."""

LEAVING_CALLS = frozenset(
    {"abort", "redirect", "error", "unauthorized", "forbidden", "throw", "sendStatus", "fail", "disconnect"}
    | {"notFound", "permanentRedirect"}
)
"""Calls that end the handling of a request: Flask's abort, SvelteKit's error, Next's redirect ..."""

ENDING_CALLS = frozenset({"redirect", "permanentRedirect", "notFound", "forbidden", "unauthorized"})
"""Functions of Next that raise, so that nothing behind them runs (nextjs.org/docs/app/api-reference/functions)."""

IDENTITY_REFERENCES = (
    *("call.principal", "call.sessions", "call.authentication"),
    *("io.ktor.server.application.call.principal", "io.ktor.server.application.call.sessions"),
    "flask.session",
    "flask.g.",
    "flask_login.current_user",
    "quart.session",
    "quart.g.",
)
"""How names begin that stand for what a framework knows of the caller, in any language."""

_AUTH_FACADES = ("Auth", "Illuminate.Support.Facades.Auth", "Session", "Illuminate.Support.Facades.Session")

LANGUAGE_IDENTITIES: dict[str, tuple[str, ...]] = {
    "php": (
        *("_SESSION", "is_user_logged_in", "current_user_can", "get_current_user_id", "wp_get_current_user"),
        *(f"{name}.{part}" for name in _AUTH_FACADES for part in ("user", "id", "check", "guard", "get", "has")),
        *SERVER_SET_GLOBALS,
    ),
    "ruby": (
        *("current_user", "current_account", "current_admin", "current_member", "session", "warden", "env.warden"),
        *("user_signed_in", "logged_in", "signed_in", "authenticated", "Current.user", "rodauth"),
    ),
    "csharp": (
        *("User.Identity", "User.Find", "User.Claims", "User.Get", "User.IsInRole", "User.HasClaim"),
        *("HttpContext.User", "HttpContext.Get", "HttpContext.Items", "Context.User", "Context.Items"),
    ),
    "elixir": (
        *("get_session", "Plug.Conn.get_session", "Guardian.Plug.current_resource", "Guardian.Plug.current_claims"),
        *("Pow.Plug.current_user", "current_user", "current_resource", "conn.assigns", "socket.assigns"),
    ),
}
"""By language: what frameworks call what they know of the caller."""

CREDENTIAL_WORD = regex(
    r"(?i)token|jwt|authori[sz]ation|bearer|cookie|session|secret|passw|passcode|signature|\bsig\b|hmac|api_?key|credential"
    r"|\botp\b|invite|\bpin\b|x-.*key|ticket|\bgrant\b"
)
"""What only the rightful caller can send, by the words in its name."""
