"""How frameworks of Java and Kotlin hand requests to code by annotations and nested blocks: names, as tables.

Sources: the documentation of Spring MVC, WebFlux and Security, Jakarta REST, Micronaut, Quarkus, Ktor, Javalin, Spark,
Vert.x and the Servlet API.
"""

from __future__ import annotations

from lk_audit.patterns import regex

ROUTES: dict[str, str] = {
    "GetMapping": "GET",
    "PostMapping": "POST",
    "PutMapping": "PUT",
    "PatchMapping": "PATCH",
    "DeleteMapping": "DELETE",
    "RequestMapping": "",
    "QueryMapping": "GraphQL",
    "MutationMapping": "GraphQL",
    "MessageMapping": "message",
    "GET": "GET",
    "POST": "POST",
    "PUT": "PUT",
    "PATCH": "PATCH",
    "DELETE": "DELETE",
    "Get": "GET",
    "Post": "POST",
    "Put": "PUT",
    "Patch": "PATCH",
    "Delete": "DELETE",
    "WebServlet": "",
}
"""Annotations that make a method answer requests, and the HTTP method they stand for."""
PREFIXES = frozenset({"RequestMapping", "Path", "Controller"})
"""Annotations of a class, or beside those above, that give a path."""
CLIENTS = frozenset({"FeignClient", "HttpExchange", "RegisterRestClient", "Client"})
"""Annotations of interfaces that make requests instead of answering them."""

FROM_REQUEST = frozenset(
    {"RequestParam", "RequestBody", "PathVariable", "RequestHeader", "CookieValue", "ModelAttribute", "RequestPart"}
    | {"MatrixVariable", "QueryParam", "PathParam", "FormParam", "HeaderParam", "CookieParam", "BeanParam"}
    | {"QueryValue", "Body", "Header", "Payload", "Argument", "RestQuery", "RestPath", "RestForm"}
    | {"HttpTrigger", "FromBody", "FromQuery", "FromRoute", "FromForm", "FromHeader", "AsParameters"}
    | {"DestinationVariable"}
)
"""Annotations of parameters that the caller fills in."""
BY_SERVER = regex(
    r"(?i)^(?:authentication\w*|\w*principal|current\w+|login\w*|logged\w*|auth\w*|security_?context\w*|http_?session"
    r"|\w*user_?details\w*|oidc_?user|oauth2\w*|jwt\w*|session_?attribute|request_?attribute)$"
)
"""Annotations and types of parameters that the server fills in, mostly with who the caller is."""

ROUTE_BLOCKS = frozenset({"get", "post", "put", "patch", "delete"})
"""Functions that take a path and a block for it, called without a receiver: Ktor, Spark, Javalin's ApiBuilder."""
ROUTE_PACKAGES = ("io.ktor.server", "io.ktor.routing", "io.ktor.application", "spark", "io.javalin", "io.jooby")
PATH_BLOCKS = frozenset({"route", "path"})
"""Functions whose block holds routes below a path."""
GUARD_BLOCKS = frozenset({"authenticate", "withRole", "withRoles", "withPermission", "requireAuth"})
"""Functions whose block is for authenticated callers only."""

FILTERS = frozenset(
    {"OncePerRequestFilter", "GenericFilterBean", "Filter", "HandlerInterceptor", "HandlerInterceptorAdapter"}
    | {
        "ContainerRequestFilter",
        "WebFilter",
        "HttpServerFilter",
        "HttpFilter",
        "AbstractAuthenticationProcessingFilter",
    }
)
"""Base classes of what runs before every handler."""
SECURITY_WORDS = ("SecurityFilterChain", "SecurityWebFilterChain", "WebSecurityConfigurerAdapter")
"""What a configuration of Spring Security mentions."""
MATCHERS = frozenset({"requestMatchers", "antMatchers", "mvcMatchers", "pathMatchers", "regexMatchers"})
ANY_REQUEST = frozenset({"anyRequest", "anyExchange"})
OPEN = frozenset({"permitAll", "anonymous"})
"""What follows a matcher whose requests need no login."""
SECURITY_DEPENDENCY = regex(rb"spring-boot-starter-(?:security|oauth2-resource-server|oauth2-client)(?![\w-])")
"""Dependencies that close every path of an application that configures nothing."""
BUILD_FILES = ("pom.xml", "build.gradle", "build.gradle.kts")
