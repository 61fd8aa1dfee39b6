"""Where data leaves a program, as names: logs, responses, templates, storage.

Sources: the documentation of Python's logging, loguru, structlog; of Node's console, winston, pino; of Go's fmt, log,
slog, logrus, zap; of android.util.Log, Timber; of the other languages' libraries; of the web frameworks.
"""

from __future__ import annotations

from collections.abc import Mapping

LOG_FUNCTIONS = frozenset(
    {
        *("Console.WriteLine", "Console.Write", "Console.Error.WriteLine", "System.Console.WriteLine", "GD.Print"),
        *("Debug.WriteLine", "Trace.WriteLine", "Debug.Log", "Debug.LogError", "Debug.LogWarning", "println"),
        *("eprintln", "eprint", "dbg"),
        *(f"{crate}.{level}" for crate in ("tracing", "log") for level in ("info", "debug", "warn", "error", "trace")),
    }
    | {"print", "pprint.pprint", "pprint.pp", "sys.stdout.write", "sys.stderr.write", "rich.print", "click.echo"}
)
LOG_FUNCTIONS_OF: Mapping[str, frozenset[str]] = {
    "dart": frozenset({"debugPrint", "log", "stdout.write", "stdout.writeln", "stderr.writeln"}),
    "elixir": frozenset({"IO.puts", "IO.inspect", "IO.write"}),
    "go": frozenset(
        {f"fmt.Print{form}" for form in ("", "f", "ln")}
        | {f"log.{verb}{form}" for verb in ("Print", "Fatal", "Panic") for form in ("", "f", "ln")}
        | {f"log/slog.{level}" for level in ("Debug", "Info", "Warn", "Error")}
    ),
    "javascript": frozenset({"console.table", "process.stdout.write", "process.stderr.write"}),
    "jvm": frozenset(
        f"System.{stream}.{method}" for stream in ("out", "err") for method in ("print", "println", "printf", "format")
    ),
    "php": frozenset({"echo", "error_log", "var_dump", "print_r", "printf", "dd", "dump"}),
    "python": frozenset({"typer.echo"}),
    "ruby": frozenset({"puts", "p", "pp"}),
    "rust": frozenset({"info", "debug", "warn", "error", "trace"}),
    "swift": frozenset({"NSLog", "os_log", "debugPrint", "dump"}),
}
"""What prints or logs in one language only, by its family; elsewhere a function of that name does something else."""
ANSWERING = frozenset({"echo", "print", "print_r", "printf"})
"""What of them answers the request in PHP: tokens are meant to be printed there."""
LOGGERS = frozenset(
    {"console", "logger", "log", "logging", "winston", "pino", "loguru", "structlog"}
    | {"logrus", "slog", "sugar", "zap", "glog", "klog", "timber"}
)
"""What logging methods are called on, in lower case and without leading underscores."""
LOG_METHODS = frozenset(
    {"log", "info", "debug", "warn", "warning", "error", "critical", "exception", "trace", "dir", "success", "verbose"}
    | {"LogInformation", "LogDebug", "LogWarning", "LogError", "LogTrace", "LogCritical", "Information", "Warning"}
    | {f"{level}{form}" for level in ("Debug", "Info", "Warn", "Error", "Print") for form in ("", "f", "w", "ln")}
    | {"v", "d", "i", "w", "e", "wtf", "print"}
)

RESPONSE_METHODS = frozenset({"json", "send", "end", "write", "send_json", "send_text", "emit"})
RESPONSES = frozenset(
    {"jsonify", "JSONResponse", "JsonResponse", "HttpResponse", "make_response", "json_response"}
    | {"Ok", "Json", "Content"}
)
RESPONSES_OF: Mapping[str, frozenset[str]] = {
    "dart": frozenset({"ok"}),
    "elixir": frozenset({"json", "text", "send_resp"}),
    "go": frozenset({"Encode", "JSON", "IndentedJSON", "String", "SendString"}),
    "jvm": frozenset({"respond", "respondText", "ok"}),
}
"""What answers a request in one language only: encoding/json, gin, echo, fiber; Ktor, Spring; Phoenix, Plug; shelf."""
TEMPLATE_CALLS = frozenset({"render_template", "render_template_string", "TemplateResponse", "render"})
FIELD_SHOWING_MARKS = frozenset({"dataclass", "define", "frozen", "attrs"})
"""Decorators of Python that have an instance printed with its fields."""
FIELD_SHOWING_BASES = frozenset({"BaseSettings", "BaseModel", "NamedTuple", "SQLModel", "Struct"})
"""Base classes of Python that do: those of pydantic, typing, SQLModel, msgspec."""
MASKING_TYPES = frozenset({"SecretStr", "SecretBytes", "Secret", "InitVar"})
"""Types of fields that are printed without their value, or not at all."""
OBJECT_DUMPS = frozenset({"model_dump", "model_dump_json", "dict", "_asdict", "copy", "toObject"})
"""Methods that give an object, or the environment, as data; those that leave fields out say which."""

PAGE_FUNCTIONS = frozenset({"getServerSideProps", "getStaticProps"})
"""Functions whose result becomes part of a page that clients load."""

TOKEN_METHODS = frozenset({"toJwt", "to_jwt", "ToJwt", "ToJWT"})

STORAGES = frozenset({"localStorage", "sessionStorage", "AsyncStorage"})
"""Where client code keeps text for any script of the page, or for good."""
NAVIGATORS = frozenset(
    {"router", "navigation", "navigator", "nav", "history", "location", "window", "linking", "webbrowser"}
    | {"res", "response", "reply", "nextresponse"}
)
"""What methods that go to a page address are called on, in lower case."""
NAVIGATIONS = frozenset(
    {"push", "replace", "navigate", "redirect", "assign", "open", "openURL", "pushState", "replaceState", "goto"}
    | {"open_new_tab"}
)
"""Methods that go to a page address."""
NAVIGATION_FUNCTIONS = frozenset(
    {"redirect", "permanentRedirect", "navigate", "navigateTo", "goto", "RedirectResponse", "HttpResponseRedirect"}
    | {"HTTPFound", "sendRedirect", "setSearchParams"}
)
"""Functions that do."""
LOCATIONS = frozenset({"location", "href"})
"""What is assigned to for going to a page address."""
ADDRESS_ATTRIBUTES = frozenset({"href", "to"})
"""Attributes of elements that hold a page address."""
QUERY_FIELDS = frozenset({"query", "search", "params", "queryParams", "searchParams"})
"""Fields of an address object that end up in the address."""
