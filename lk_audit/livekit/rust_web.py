"""How web frameworks of Rust hand requests to code, and where Rust code runs: names, as tables.

Sources: the documentation of axum, actix-web, Rocket, warp, poem, salvo, Tauri, egui, iced and Bevy.
"""

from __future__ import annotations

from lk_audit.patterns import regex

METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "any", "on"})
"""Attributes that make a function answer requests, and functions that take a handler."""
MARKS = frozenset({*METHODS - {"any", "on"}, "route", "handler", "server"})
"""Attributes with a path, and those without."""
REQUEST_TYPES = frozenset(
    {"Path", "Query", "Json", "Form", "Multipart", "HeaderMap", "Bytes", "Request", "HttpRequest", "RawQuery"}
    | {"String", "str", "Host", "TypedHeader", "PathParams", "Value", "WebSocketUpgrade", "Qs"}
    | {"RawPathParams", "OriginalUri", "Uri", "JsonBody", "ValidatedJson", "ValidJson", "Payload"}
)
"""Types of parameters that hold what the caller sends."""
SERVER_TYPES = frozenset({"State", "Extension", "Data"})
"""Types of parameters that hold what the server gives its handlers, whoever calls."""
CALLER_TYPE = regex(
    r"(?i)auth|claims|identity|principal|session|current_?\w{0,20}|bearer|jwt|^(?:admin|logged|member|verified)\w{0,40}$"
    r"|(?:user|account|member)(?:ctx|context|info|id|guard|extractor)?$"
)
"""How types of parameters are called that stand for who the caller is."""
OPTIONAL = frozenset({"Option", "Result"})
LAYERS = frozenset({"layer", "route_layer", "wrap", "wrap_fn", "guard", "with", "hoop", "and", "middleware"})
"""Methods that put something in front of the routes that a chain holds."""
WHOLE_LAYERS = frozenset({"wrap", "wrap_fn", "hoop"})
"""Layers of actix-web and salvo, which are for all of a scope or router, whatever came first."""
HOLDERS = frozenset({"merge", "nest", "service", "nest_service", "configure", "push", "at", "scope", "or"})
"""Methods that make a router, or a handler, part of another."""
AUTHENTICATING_CALLS = frozenset(
    {"jsonwebtoken.decode", "HttpAuthentication.bearer", "HttpAuthentication.basic", "RequireAuthorizationLayer.bearer"}
    | {"ValidateRequestHeaderLayer.bearer", "ValidateRequestHeaderLayer.basic", "AsyncRequireAuthorizationLayer.new"}
    | {"bcrypt.verify", "argon2.verify_encoded"}
)
"""Calls that tell who the caller is, by their last two parts."""

CLIENT_CRATES: dict[str, str] = {
    "tauri": "Tauri, which users install",
    "eframe": "a desktop application",
    "egui": "a desktop application",
    "iced": "a desktop application",
    "slint": "a desktop application",
    "gtk": "a desktop application",
    "gtk4": "a desktop application",
    "relm4": "a desktop application",
    "bevy": "a game",
    "wasm_bindgen": "code in the browser",
    "web_sys": "code in the browser",
    "yew": "code in the browser",
    "gpui": "a desktop application",
    "winit": "a desktop application",
    "jni": "Android",
    "godot": "a game",
}
"""Crates that only applications import which users install, or browsers load."""
COMMAND_CRATES = frozenset({"clap", "structopt", "argh", "bpaf", "gumdrop", "lexopt", "pico_args"})
"""Crates that read a command line: whoever types it says the secret, and none is shipped."""
SERVER_CRATES = frozenset(
    {"axum", "actix_web", "rocket", "warp", "poem", "salvo", "tide", "lambda_http", "lambda_runtime", "tonic", "sqlx"}
    | {"diesel", "sea_orm", "tower_http", "redis", "worker"}
)
"""Crates that only servers import."""
