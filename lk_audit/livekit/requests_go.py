"""How Go's web frameworks hand requests to code, as tables of full names.

Sources: the documentation of Go's `net/http`, of gin, echo, fiber, chi, gorilla/mux, httprouter, fasthttp, iris, hertz,
pocketbase, aws-lambda-go.
"""

from __future__ import annotations

from lk_audit.patterns import regex

_GIN, _ECHO, _FIBER = "github.com/gin-gonic/gin", "github.com/labstack/echo", "github.com/gofiber/fiber"
_HERTZ = "github.com/cloudwego/hertz/pkg/app"

RESPONSE_TYPES = frozenset({"net/http.ResponseWriter", "github.com/emicklei/go-restful.Response"})
"""Parameters that a handler answers with; they say nothing about the caller."""

REQUEST_TYPES = frozenset(
    {
        "net/http.Request",
        f"{_GIN}.Context",
        f"{_ECHO}.Context",
        f"{_FIBER}.Ctx",
        f"{_HERTZ}.RequestContext",
        "github.com/valyala/fasthttp.RequestCtx",
        "github.com/kataras/iris.Context",
        "github.com/kataras/iris/context.Context",
        "github.com/gobuffalo/buffalo.Context",
        "github.com/pocketbase/pocketbase/core.RequestEvent",
        "github.com/aws/aws-lambda-go/events.APIGatewayProxyRequest",
        "github.com/aws/aws-lambda-go/events.APIGatewayV2HTTPRequest",
        "github.com/aws/aws-lambda-go/events.LambdaFunctionURLRequest",
        "github.com/julienschmidt/httprouter.Params",
        "github.com/emicklei/go-restful.Request",
    }
)
"""Parameters that hold the request, or a part of it; a function that takes one and nothing else is a handler."""

OTHER_HANDLER_TYPES = frozenset({"context.Context"})
"""What a handler takes besides: AWS passes a context before the event, hertz before the request."""

ROUTES = frozenset(
    {"HandleFunc", "Handle", "HandlerFunc", "Handler", "GET", "POST", "PUT", "PATCH", "DELETE", "Any", "Match", "Add"}
    | {"Get", "Post", "Put", "Patch", "Delete", "All", "Method", "MethodFunc", "Start", "To", "AddRoute"}
)
"""Methods that register a handler; `Start` is AWS Lambda's."""
CONVERSIONS = frozenset({"net/http.HandlerFunc"})
"""What is called so, and only makes a handler of a function: `mux.Handle("/", auth(http.HandlerFunc(f)))`."""

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})

DERIVING = frozenset({"Group", "With", "Subrouter", "PathPrefix", "Party", "Host", "Methods", "Path", "Headers"})
"""Methods of a router that give another one, which runs the middleware of the first too."""

ROUTE_METHODS = frozenset({"Bind", "BindFunc"})
"""Methods of a route, once it is registered, that put something in front of its handler."""

DEFAULT_MUX = "net/http.DefaultServeMux"

_KEPT_BY_KEY = frozenset({"Get", "MustGet", "GetString", "GetInt", "GetInt64", "GetUint", "Value"})

SERVER_SET_READS: dict[str, frozenset[str]] = {
    f"{_GIN}.Context": _KEPT_BY_KEY,
    f"{_HERTZ}.RequestContext": _KEPT_BY_KEY,
    f"{_ECHO}.Context": frozenset({"Get"}),
    f"{_FIBER}.Ctx": frozenset({"Locals", "UserContext"}),
    "github.com/kataras/iris.Context": frozenset({"Values"}),
    "github.com/gobuffalo/buffalo.Context": frozenset({"Value", "Session"}),
}
"""By type: what reads from a request what the server itself, mostly some middleware, has put there."""

CONTEXT_READS = frozenset({"Context", "Value"})
"""What reads so from anything: `r.Context().Value(key)`."""

IDENTITY_KEY = regex(r"(?i)user|uid|account|claims|session|principal|identity|subject|member|player|auth|email|jwt")
"""What middleware calls what it has found out about the caller."""

BODY_FUNCTIONS = frozenset({"ReadAll", "NewDecoder", "Unmarshal", "Vars", "NewReader", "MaxBytesReader", "LimitReader"})
"""Functions that take the text of a request apart, or hand it on."""
