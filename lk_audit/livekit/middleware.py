"""What web frameworks run before handlers, and where they are told of it: names, as tables.

Sources: the documentation of each framework.
"""

from __future__ import annotations

from lk_audit.patterns import regex

MIDDLEWARE_METHODS = frozenset(
    {"use", "addHook", "add_middleware", "before_request", "before_app_request", "before_websocket", "middleware"}
    | {"on_request", "useGlobalGuards", "guard", "register_middleware", "Use", "UseHandler", "Pre", "BindFunc"}
)
"""Methods that put something in front of the handlers of a router."""

MOUNTING_METHODS = frozenset(
    {"use", "register", "include_router", "register_blueprint", "route", "mount", "add_routes", "add_router"}
    | {"on", "include", "add_subapp", "blueprint", "register_router", "Mount", "Route", "Group"}
)
"""Methods that make a router part of another, or of the application."""

HANDING_ON = frozenset({"next", "_next", "call_next", "get_response", "ServeHTTP", "doFilter", "resolve"})
"""Calls by which middleware runs what stands behind it: Express, Koa, Next, Starlette, Django, Go, servlets, Svelte."""

REQUEST_NAMES = frozenset({"request", "req", "ctx", "context", "c", "event", "w", "writer"})
"""What such calls are given first, where they are given anything; Express's `next` takes an error."""

SCHEMA_PARTS = frozenset({"body", "query", "params", "headers", "cookies", "signedCookies", "files", "file"})
"""Keys of a request's schema, by what it describes: `validate(schemas.getUser)` of Joi, celebrate, Zod and Yup."""

GIVEN_GUARDS = frozenset({"UseGuards", "permission_classes"})
"""Decorators that are given guards: Nest's, and those of Django REST framework."""
OTHER_GUARDS = regex(r"(?i)throttl|rate_?limit|optional|public|csrf|feature|maintenance|captcha")
"""Guards of Nest that tell nobody's caller, by their names."""

GUARD_METHODS = regex(
    r"(?i)^(?:__call__|call|can_?activate|use|handle|handle_?request|process|process_(?:request|view)|dispatch|authenticate\w*|"
    r"authori[sz]e\w*|has_?permission|pre_?handle|on_?(?:request|authorization)\w*|before_?request|do_?filter\w*|invoke\w*|"
    r"intercept\w*|verify\w*|validate\w*|protect\w*|require\w*|middleware\w*|check_?(?:auth|token|access|role)\w*|guard\w*)$"
)
"""How the methods of a guard, a middleware or a permission are called, by which a framework runs it."""

GUARD_SETTINGS = frozenset({"permission_classes", "authentication_classes", "decorators", "method_decorators"})
"""Class attributes that name a view's guards."""

ROUTE_AUTHENTICATION = frozenset({"auth", "authenticate", "authentication", "authorize", "requiresAuth", "requireAuth"})
"""Keys of a route's settings that say whether its callers are authenticated: hapi's, and those of one's own tables."""

ADMITTING_MODES = frozenset({"try", "optional", "none", "public", "anonymous"})
"""Values there that let strangers pass."""

PUBLIC_MARKS = frozenset({"Public", "SkipAuth", "IsPublic", "AllowAnonymous", "NoAuth", "Unprotected", "SkipGuard"})
"""Decorators that exempt a handler from the guards around it, by convention."""

MIDDLEWARE_FILES = tuple(
    f"{name}.{suffix}"
    for name in ("middleware", "src/middleware", "proxy", "src/proxy", "src/hooks.server", "functions/_middleware")
    for suffix in ("ts", "js", "mjs")
)
"""Files that a framework runs before every request: Next, Astro, SvelteKit, Cloudflare Pages."""

WRAPPING_MIDDLEWARE = frozenset({"withAuth", "authMiddleware", "withMiddlewareAuthRequired", "authkitMiddleware"})
"""Libraries' middleware that refuses strangers by itself."""

HARMLESS_MIDDLEWARE = frozenset(
    {"web", "api", "throttle", "cors", "guest", "bindings", "cache", "json", "log", "logging", "localization", "locale"}
    | {"language", "trim", "csrf", "signed_url", "stateful", "https", "secure_headers", "honeypot", "tenant"}
)
"""Middleware by its customary name that lets strangers pass."""

APPLICATION_CLASSES: dict[str, tuple[tuple[str, ...], frozenset[str | None]]] = {
    "starlette": (("Starlette", "add_middleware"), frozenset({"middleware", None})),
    "fastapi": (("FastAPI", "add_middleware"), frozenset({"middleware", "dependencies", None})),
    "aiohttp": (("Application",), frozenset({"middlewares", None})),
    "grpc": (("interceptors", "server"), frozenset({"interceptors"})),
}
"""By Python package: what takes the middleware of an application, and under which keywords.

The first word is what a file that holds such a call is found by.
"""

CLASS_HOOKS = frozenset({"prepare", "dispatch", "initial", "check_permissions"})
"""Methods that Tornado's handlers, Django's views and those of its REST framework run before the others."""

PERMISSION_SETTINGS = "DEFAULT_PERMISSION_CLASSES"
"""Django REST framework's setting with the guards of every view."""

VIEW_DECORATORS = frozenset({"api_view"})
"""What makes a function a view of Django REST framework, which that setting guards too."""

PHP_GUARDING = frozenset({"middleware", "add", "addMiddleware", "filter", "before", "can", "withMiddleware"})
"""Methods that put something in front of a route or of a group of routes, and keys of such settings."""

OPEN_PERMISSIONS = frozenset({"__return_true", "return_true"})
"""WordPress: what permits everybody."""

RUBY_FILTERS = frozenset(
    {"before_action", "before_filter", "prepend_before_action", "append_before_action", "before", "on_request"}
)
"""Calls in a class body, or a Sinatra file, that run something before every action."""

RUBY_SKIPS = frozenset({"skip_before_action", "skip_before_filter", "allow_unauthenticated_access"})
"""Calls in a class body that take such filters back."""

RUBY_GUARDS = frozenset(
    {"http_basic_authenticate_with", "doorkeeper_for", "authenticate_with", "load_and_authorize_resource"}
)
"""Calls in a class body that are guards themselves."""

RUBY_ROOTS = frozenset(
    {"ActionController.Base", "ActionController.API", "ActionController.Metal", "Sinatra.Base", "Grape.API"}
)
"""Base classes of frameworks, which authenticate nobody."""
