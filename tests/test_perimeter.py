"""Paths that middleware is for."""

from __future__ import annotations

import pytest

from lk_audit.extractors.callers.javascript import matches
from lk_audit.extractors.callers.routers import covers
from lk_audit.extractors.handlers.exported import route_of


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("/api/:path*", "/api/token", True),
        ("/api/:path*", "/apiary", False),
        ("/dashboard/:path*", "/api/token", False),
        ("/api/token", "/api/token", True),
        ("/rooms/:id/token", "/rooms/[id]/token", True),
        ("/((?!_next|static).*)", "/api/token", True),
        ("/((?!api|_next).*)", "/api/token", False),
        ("/(api|trpc)(.*)", "/api/token", True),
        ("/admin(.*)", "/api/token", False),
    ],
)
def test_a_matcher_covers_a_path(pattern: str, path: str, *, expected: bool) -> None:
    assert matches(pattern, path) is expected


@pytest.mark.parametrize(
    ("guarded", "path", "expected"),
    [
        (None, "/token", True),
        ("/api", "/api/token", True),
        ("/api/*", "/api/token", True),
        ("/admin", "/api/token", False),
        ("/api", None, True),
    ],
)
def test_middleware_covers_the_paths_below_its_own(guarded: str | None, path: str | None, *, expected: bool) -> None:
    assert covers(guarded, path) is expected


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("app/api/token/route.ts", "/api/token"),
        ("src/app/(calls)/api/token/route.ts", "/api/token"),
        ("pages/api/token.ts", "/api/token"),
        ("src/routes/api/token/+server.ts", "/api/token"),
        ("server/api/token.post.ts", "/api/token"),
        ("lib/token.ts", None),
    ],
)
def test_frameworks_serve_files_by_their_paths(path: str, route: str | None) -> None:
    assert route_of(path) == route
