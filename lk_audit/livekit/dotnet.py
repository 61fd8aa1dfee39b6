"""How ASP.NET Core, Azure Functions and SignalR hand requests to code, and where .NET code runs: names, as tables.

Sources: the documentation of ASP.NET Core (controllers, minimal APIs, authorization, SignalR), Azure Functions, AWS
Lambda, MAUI, Blazor, WPF, Unity and Avalonia.
"""

from __future__ import annotations

import re

from lk_audit.patterns import regex

ROUTES: dict[str, str] = {
    "HttpGet": "GET",
    "HttpPost": "POST",
    "HttpPut": "PUT",
    "HttpPatch": "PATCH",
    "HttpDelete": "DELETE",
    "AcceptVerbs": "",
}
"""Attributes that make a method answer requests."""
MAPS: dict[str, str] = {
    "MapGet": "GET",
    "MapPost": "POST",
    "MapPut": "PUT",
    "MapPatch": "PATCH",
    "MapDelete": "DELETE",
    "MapMethods": "",
    "Map": "",
}
"""Methods that register a function for a path."""
REQUIRING = frozenset({"RequireAuthorization"})
OPENING = frozenset({"AllowAnonymous"})
"""Calls behind a registration that let authenticated callers in only, or everybody."""
FILTERS = frozenset({"AddEndpointFilter", "AddEndpointFilterFactory"})
"""Calls behind a registration that have a function or a class run before it."""
TRIGGER = "HttpTrigger"
TRIGGER_LEVELS = frozenset({"Function", "Admin", "User", "System"})
"""Levels of an Azure function that ask for a key or a login; the other is `Anonymous`."""
HUBS = frozenset({"Hub"})
LIFECYCLE = frozenset({"OnConnectedAsync", "OnDisconnectedAsync", "Dispose", "constructor"})
"""Methods of a hub that clients cannot call."""
GATEWAY_REQUESTS = frozenset(
    {"APIGatewayProxyRequest", "APIGatewayHttpApiV2ProxyRequest", "ApplicationLoadBalancerRequest"}
)
FROM_SERVICES = frozenset({"FromServices", "FromKeyedServices", "CancellationToken", "HttpContext", "ILogger"})
SERVICE_NAME = regex(
    r"^I[A-Z][a-z]\w*$|(?:Service|Repository|Manager|Client|DbContext|Options|Settings|Config|Factory|Logger|Provider"
    r"|Store|Cache|Registry|Generator|Hasher|Validator|Mediator)$"
)
"""How types are called that the server hands to a function: interfaces, services, settings."""
DEFAULT_POLICIES = (b"FallbackPolicy", b"new AuthorizeFilter", b"MapControllers().RequireAuthorization")
"""What asks every caller of an application for a login, unless a handler is marked as open."""
MIDDLEWARE = frozenset({"Use", "UseMiddleware"})

CLIENT_NAMESPACES: dict[str, str] = {
    "UnityEngine": "Unity",
    "Microsoft.Maui": "MAUI",
    "Xamarin.": "Xamarin",
    "Android.": "Android",
    "UIKit": "iOS",
    "System.Windows": "a Windows desktop application",
    "Microsoft.UI.Xaml": "a Windows desktop application",
    "Windows.UI": "a Windows desktop application",
    "Avalonia": "Avalonia",
    "Godot": "Godot",
    "LiveKit.Unity": "LiveKit's Unity SDK",
    "Uno.": "Uno Platform",
    "Microsoft.AspNetCore.Components.WebAssembly": "Blazor in the browser",
    "CommunityToolkit.Maui": "MAUI",
    "CommunityToolkit.Mvvm": "an application with windows",
}
"""What the namespaces begin with that only applications import which users install."""
CLIENT_BASES: dict[str, str] = {
    "MonoBehaviour": "Unity",
    "ScriptableObject": "Unity",
    "ContentPage": "MAUI",
    "Window": "a Windows desktop application",
    "Form": "a Windows desktop application",
    "UserControl": "a Windows desktop application",
    "ObservableObject": "an application with windows",
}
"""Base classes that only such applications have."""
SERVER_NAMESPACES = (
    *("Microsoft.AspNetCore.Mvc", "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Http", "System.Web.Http"),
    *(
        "Microsoft.AspNetCore.Authorization",
        "Microsoft.AspNetCore.SignalR",
        "Microsoft.Azure.Functions",
        "Amazon.Lambda",
    ),
    *("Microsoft.Azure.WebJobs", "Microsoft.EntityFrameworkCore", "MediatR", "FastEndpoints", "Grpc.AspNetCore"),
    *("Microsoft.Extensions.Hosting", "System.Web.Mvc"),
)
"""What the namespaces begin with that only servers import."""
PROJECT_CLIENTS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (regex(rb"<UseMaui>\s{0,9}true", re.IGNORECASE), "the project is a MAUI application"),
    (regex(rb"Microsoft\.NET\.Sdk\.BlazorWebAssembly"), "the project runs in browsers (Blazor WebAssembly)"),
    (
        regex(rb"<Use(?:WPF|WindowsForms)>\s{0,9}true", re.IGNORECASE),
        "the project is a Windows desktop application",
    ),
    (regex(rb"Include=\"Avalonia(?:\.Desktop)?\""), "the project is an Avalonia application"),
    (regex(rb"net\d{1,2}\.\d-(?:android|ios|maccatalyst)"), "the project is built for phones"),
    (regex(rb"Godot\.NET\.Sdk"), "the project is a Godot game"),
)
"""What a project file says of applications that users install."""
PROJECT_SERVERS = regex(rb"Microsoft\.NET\.Sdk\.(?:Web|Worker)\"|AzureFunctionsVersion|Amazon\.Lambda")
