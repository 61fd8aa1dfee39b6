"""What stands in front of a handler in Go."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

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
