"""What API Gateway asks before it calls a Lambda function, as Terraform or the CDK set it up.

Sources: the documentation of Terraform's AWS provider (`aws_apigatewayv2_route`, `aws_api_gateway_method`,
`aws_lambda_function_url`) and of the AWS CDK (`Function`, `NodejsFunction`, `RestApi`, `HttpApi`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from lk_audit.patterns import regex
from lk_audit.project.files import Files

Span = tuple[int, int]
Resource = tuple[bytes, ...]
"""The kind and the name of a resource of Terraform."""
_RESOURCE = regex(rb"(?m)^[ \t]{0,40}resource[ \t]{1,9}\"(\w{1,80})\"[ \t]{1,9}\"([\w-]{1,80})\"[ \t]{0,9}\{")
_ASKS = regex(
    rb"(?m)^[ \t]{0,40}(?:authorization(?:_type)?[ \t]{0,40}=[ \t]{0,9}\"(?!NONE)\w|authorizer_id[ \t]{0,40}="
    rb"|api_key_required[ \t]{0,40}=[ \t]{0,9}true)"
)
_ROUTES = frozenset({b"aws_apigatewayv2_route", b"aws_api_gateway_method", b"aws_lambda_function_url"})
_CALLED = b"aws_lambda_function", b"aws_apigatewayv2_integration", b"aws_api_gateway_integration"
_STACK = regex(r"(?i)stack|cdk|infra")
"""How files of the CDK are called, or their folders."""
_VARIABLE = regex(rb"(\w{1,80})[ \t]{0,9}(?::[^=\n]{1,80})?=[ \t]{0,9}(?:new[ \t]{1,9})?[\w.]{0,80}\([^;]{0,1500}\Z")
_ROUTE = regex(rb"\.(?:addMethod|addRoutes|add_method|add_routes)[ \t]{0,9}\(")
_INTEGRATION = regex(rb"(\w{1,80})[ \t]{0,9}=[ \t]{0,9}(?:new[ \t]{1,9})?[\w.]{0,80}Integration\(([^;]{0,300})")
_AUTHORIZER = regex(rb"\bauthorizer\b|\b(?:apiKeyRequired|api_key_required)\b|AuthorizationType\.(?!NONE)")
_DEFAULT = regex(
    rb"\b(?:defaultAuthorizer|default_authorizer)[ \t]{0,9}[:=]"
    rb"|\b(?:defaultMethodOptions|default_method_options)[ \t]{0,9}[:=][^;]{0,300}?\bauthorizer\b"
)
_NOBODY = regex(rb"AuthorizationType\.NONE\b")


class Infrastructure:
    """The files that may deploy functions: Terraform's, and code with the CDK; found once for a project."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._terraform = tuple(path for path in files if path.endswith(".tf"))
        code = (path for family in ("javascript", "python") for path in files.code[family] if _STACK.search(path))
        self._stacks = tuple(path for path in code if _may_be_stack(files.data(path)))

    def asked(self, stem: str, names: set[str]) -> Iterator[tuple[str, Span]]:
        """Where it is said that callers of one of some functions of a file must be known: the path, and the place."""
        handlers = [f"{stem}.{name}".encode() for name in sorted(names) if name.isidentifier()]
        ways: list[tuple[tuple[str, ...], Callable[[bytes, bytes], Span | None]]] = [
            (self._terraform, _in_terraform),
            (self._stacks, _in_stack),
        ]
        for paths, find in ways:
            for path in paths:
                data = self._files.data(path)
                spans = (find(data, handler) for handler in handlers)
                yield from ((path, span) for span in spans if span is not None)


def _may_be_stack(data: bytes) -> bool:
    return b"aws" in data and b"Integration" in data and _ROUTE.search(data) is not None


def _in_terraform(data: bytes, handler: bytes) -> Span | None:
    """Where the routes to a function ask who is there; None where one of them does not."""
    is_set = re.compile(rb"\bhandler[ \t]{0,40}=[ \t]{0,9}\"(?:[\w./-]{0,200}/)?" + re.escape(handler) + rb"\"")
    if not is_set.search(data):
        return None
    blocks = {found.group(1, 2): _balanced(data, found.end(), b"{}") for found in _RESOURCE.finditer(data)}
    reached = {key for key, span in blocks.items() if key[0] == _CALLED[0] and is_set.search(data, *span)}
    reached |= {key for key in blocks if key[0] in _CALLED and _mentions(data[slice(*blocks[key])], reached)}
    routes = [key for key in blocks if key[0] in _ROUTES and _leads(data, blocks, key, reached)]
    asking = [_ASKS.search(data, *blocks[key]) for key in routes]
    return next((found.span() for found in asking if found is not None), None) if all(asking) else None


def _leads(data: bytes, blocks: Mapping[Resource, Span], route: Resource, reached: set[Resource]) -> bool:
    """Whether a route leads to what is called: it names it, or is named there."""
    return _mentions(data[slice(*blocks[route])], reached) or any(
        _mentions(data[slice(*blocks[key])], {route}) for key in reached
    )


def _mentions(text: bytes, resources: set[Resource]) -> bool:
    return any(re.search(rb"\b%s\.%s\b" % resource, text) is not None for resource in resources)


def _in_stack(data: bytes, handler: bytes) -> Span | None:
    """The same for code with the CDK, in which a variable holds the function."""
    stem, _, name = handler.partition(b".")
    entry = (
        rb"|\bentry[ \t]{0,9}[:=][^}\n]{0,200}\b" + re.escape(stem) + rb"\.[jt]s[\"']" if name == b"handler" else b""
    )
    written = rb"\bhandler[ \t]{0,9}[:=][ \t]{0,9}[\"'](?:[\w./-]{0,200}/)?" + re.escape(handler) + rb"[\"']" + entry
    names = {
        found[1]
        for place in re.finditer(written, data)
        if (found := _VARIABLE.search(data, max(0, place.start() - 1600), place.start())) is not None
    }
    names |= {found[1] for found in _INTEGRATION.finditer(data) if _names(found[2], names)}
    routes = [_balanced(data, found.end(), b"()") for found in _ROUTE.finditer(data)]
    leading = [span for span in routes if _names(data[slice(*span)], names)]
    default = _DEFAULT.search(data)
    asking = [_AUTHORIZER.search(data, *span) or default for span in leading]
    if not all(asking) or any(_NOBODY.search(data, *span) for span in leading):
        return None
    return next((found.span() for found in asking if found is not None), None)


def _names(text: bytes, variables: set[bytes]) -> bool:
    return any(re.search(rb"\b%s\b" % name, text) is not None for name in variables)


def _balanced(data: bytes, start: int, pair: bytes) -> Span:
    """What stands between a bracket that ends before `start` and the one that closes it."""
    depth, end = 1, start
    while depth and end < len(data):
        depth += {pair[0]: 1, pair[1]: -1}.get(data[end], 0)
        end += 1
    return start, end
