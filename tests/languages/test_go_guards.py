"""What stands in front of a handler in Go."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in, mint

POCKETBASE = """package hooks

import (
	"os"
	"time"

	"github.com/livekit/protocol/auth"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
)

func Register(app core.App) {
	app.OnServe().BindFunc(func(se *core.ServeEvent) error {
		se.Router.POST("/api/rooms/{id}/token", func(e *core.RequestEvent) error {
			at := auth.NewAccessToken(os.Getenv("LIVEKIT_API_KEY"), os.Getenv("LIVEKIT_API_SECRET"))
			at.SetVideoGrant(&auth.VideoGrant{RoomJoin: true, Room: e.Request.PathValue("id")})
			jwt, _ := at.SetIdentity(e.Request.URL.Query().Get("name")).SetValidFor(time.Minute).ToJWT()
			return e.JSON(200, map[string]string{"token": jwt})
		})BOUND
		return se.Next()
	})
}
"""
CALLERS = {
    "": True,
    ".Bind(apis.RequireAuth())": False,
    '.Bind(apis.RequireAuth("users", "guests"))': False,
    ".Bind(apis.BodyLimit(1024)).Bind(apis.RequireSuperuserAuth())": False,
    ".Bind(apis.BodyLimit(1024))": True,
    ".Bind(apis.RequireGuestOnly())": True,
    ".Unbind(apis.RequireAuth())": True,
}


@pytest.mark.parametrize("bound", CALLERS)
def test_what_a_route_of_pocketbase_is_told_runs_before_its_handler(bound: str) -> None:
    found = found_in({"hooks/token.go": POCKETBASE.replace("BOUND", bound)}, "LK601")
    assert bool(found) is CALLERS[bound]


TOLD = """package rooms

import (
	"os"
	"time"

	"example.com/app/config"
	"example.com/app/storage"
	"github.com/gofiber/fiber/v2"
	"github.com/livekit/protocol/auth"
)

func NAME(c *fiber.Ctx, TOLD) error {
	at := auth.NewAccessToken(os.Getenv("LIVEKIT_API_KEY"), os.Getenv("LIVEKIT_API_SECRET"))
	at.SetVideoGrant(&auth.VideoGrant{RoomJoin: true, Room: c.Params("id")})
	jwt, err := at.SetIdentity(c.Query("name")).SetValidFor(time.Minute).ToJWT()
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"token": jwt})
}
"""


@pytest.mark.parametrize(
    ("name", "told", "is_open"),
    [
        ("Token", "cfg *config.Config", True),
        ("Token", "cfg *config.Config, kept *storage.Store", True),
        ("Token", "user *models.User", False),
        ("Token", "user string", False),
        ("token", "cfg *config.Config", False),
    ],
)
def test_a_router_hands_its_settings_to_a_handler(name: str, told: str, *, is_open: bool) -> None:
    text = TOLD.replace("NAME", name).replace("TOLD", told)

    assert bool(found_in({"rooms/token.go": text}, "LK601")) is is_open


def test_who_calls_such_a_handler_shows_what_stands_in_front() -> None:
    routes = (
        'package main\n\nimport (\n\t"example.com/app/rooms"\n\t"github.com/gofiber/fiber/v2"\n)\n\n'
        "func main() {\n\tapp := fiber.New()\n"
        '\tapp.Get("/rooms/:id/token", requireLogin, func(c *fiber.Ctx) error {\n'
        "\t\treturn rooms.Token(c, settings)\n\t})\n}\n\n"
        "func requireLogin(c *fiber.Ctx) error {\n"
        '\tif sessions.User(c.Cookies("session")) == nil {\n\t\treturn c.SendStatus(401)\n\t}\n'
        "\treturn c.Next()\n}\n"
    )
    files = {
        "go.mod": "module example.com/app\n",
        "main.go": routes,
        "rooms/token.go": TOLD.replace("NAME", "Token").replace("TOLD", "cfg *config.Config"),
    }

    assert found_in(files, "LK601") == []


IN_A_STRUCT = """package main

import (
	"net/http"
	"os"
	"time"

	"github.com/labstack/echo/v5"
	"github.com/livekit/protocol/auth"
	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
)

func token(c echo.Context, app *pocketbase.PocketBase) error {
	at := auth.NewAccessToken(os.Getenv("LIVEKIT_API_KEY"), os.Getenv("LIVEKIT_API_SECRET"))
	at.SetVideoGrant(&auth.VideoGrant{RoomJoin: true, Room: c.QueryParam("room")})
	jwt, err := at.SetIdentity(c.QueryParam("name")).SetValidFor(time.Minute).ToJWT()
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]string{"token": jwt})
}

func routes(app *pocketbase.PocketBase) {
	app.OnBeforeServe().Add(func(e *core.ServeEvent) error {
		_, err := e.Router.AddRoute(echo.Route{
			Method:      http.MethodGet,
			Path:        "/api/token",
			Handler:     func(c echo.Context) error { return token(c, app) },
			Middlewares: []echo.MiddlewareFunc{GUARDS},
		})
		return err
	})
}
"""


@pytest.mark.parametrize(
    ("guards", "is_open"),
    [
        ("", True),
        ("apis.ActivityLogger(app)", True),
        ("apis.RequireRecordAuth()", False),
        ("apis.ActivityLogger(app), apis.RequireAdminAuth()", False),
    ],
)
def test_a_route_of_echo_is_a_struct_with_what_stands_in_front(guards: str, *, is_open: bool) -> None:
    assert bool(found_in({"main.go": IN_A_STRUCT.replace("GUARDS", guards)}, "LK601")) is is_open


def test_a_route_that_is_a_struct_is_called_by_its_path() -> None:
    found = mint("main.go", IN_A_STRUCT.replace("GUARDS", ""))
    assert [item.name for item in found.endpoints] == ["/api/token"]
