"""Handlers that another file registers: what they are called there, and what stands in front of them."""

from __future__ import annotations

import pytest

from lk_audit.facts import TokenMint
from tests.languages.minting import facts_of

SIGNED = """
	at := auth.NewAccessToken(key, secret)
	at.AddGrant(&auth.VideoGrant{RoomJoin: true, Room: r.URL.Query().Get("room")}).SetIdentity(r.URL.Query().Get("id"))
	token, _ := at.ToJWT()
	w.Write([]byte(token))
"""
IMPORTS = 'package app\nimport ("net/http"; "github.com/livekit/protocol/auth")\n'
METHOD = f"{IMPORTS}func (h *Handlers) Token(w http.ResponseWriter, r *http.Request) {{{SIGNED}}}\n"
MADE = (
    f"{IMPORTS}func (h *Handlers) Token() http.HandlerFunc {{\n"
    f"\treturn func(w http.ResponseWriter, r *http.Request) {{{SIGNED}\t}}\n}}\n"
)
KEPT = (
    f"{IMPORTS}func Token(config Config) http.HandlerFunc {{\n"
    f"\tserve := func(w http.ResponseWriter, r *http.Request) {{{SIGNED}\t}}\n\treturn serve\n}}\n"
)
CHECKED = (
    'package app\nimport ("net/http"; "github.com/golang-jwt/jwt/v5")\n'
    "func signedIn(next http.HandlerFunc) http.HandlerFunc {\n"
    "\treturn func(w http.ResponseWriter, r *http.Request) {\n"
    '\t\tif _, err := jwt.Parse(r.Header.Get("Authorization"), keys); err != nil {\n'
    "\t\t\tw.WriteHeader(401)\n\t\t\treturn\n\t\t}\n\t\tnext(w, r)\n\t}\n}\n"
)
GO = {
    (METHOD, "deps.Rooms.Token"): "POST /token, open",
    (METHOD, "signedIn(deps.Rooms.Token)"): "POST /token, checked",
    (METHOD, "deps.Rooms.Other"): "Token(), open",
    (MADE, "deps.Rooms.Token()"): "POST /token, open",
    (MADE, "signedIn(deps.Rooms.Token())"): "POST /token, checked",
}
INVOKABLE = """<?php
namespace App\\Http\\Controllers;
use Agence104\\LiveKit\\AccessToken;
use Agence104\\LiveKit\\AccessTokenOptions;
use Agence104\\LiveKit\\VideoGrant;
class TokenController extends Controller {
  public function __invoke(Request $request) {
    $options = (new AccessTokenOptions())->setIdentity($request->input('id'))->setTtl(600);
    $grant = (new VideoGrant())->setRoomJoin()->setRoomName($request->input('room'));
    $token = (new AccessToken(env('K'), env('S')))->init($options)->setGrant($grant);
    return response()->json(['token' => $token->toJwt()]);
  }
}
"""
LARAVEL = {
    "Route::post('/token', TokenController::class);": "POST /token, open",
    "Route::post('/token', TokenController::class)->middleware('auth');": "POST /token, checked",
}


def endpoints(files: dict[str, str]) -> str:
    """What the endpoints of the one token are called, and whether they ask who somebody is."""
    (mint,) = [fact for fact in facts_of(files) if isinstance(fact, TokenMint)]
    return "; ".join(f"{item.name}, {'checked' if item.authenticated_by else 'open'}" for item in mint.endpoints)


@pytest.mark.parametrize(("handler", "registered"), GO)
def test_in_go_a_method_of_something_far_away_is_known_by_its_name(handler: str, registered: str) -> None:
    main = f'package app\nfunc main() {{\n\trouter.Post("/token", {registered})\n}}\n'

    assert endpoints({"app/rooms.go": handler, "app/main.go": main, "app/auth.go": CHECKED}) == GO[handler, registered]


@pytest.mark.parametrize(
    ("registered", "expected"), [("Token(config)", "open"), ("signedIn(Token(config))", "checked")]
)
def test_in_go_a_function_may_keep_the_handler_that_it_makes_in_a_variable(registered: str, expected: str) -> None:
    main = f'func main() {{\n\trouter.Post("/token", {registered})\n}}\n'

    assert endpoints({"app/rooms.go": KEPT + main, "app/auth.go": CHECKED}) == f"POST /token, {expected}"


@pytest.mark.parametrize("route", LARAVEL)
def test_in_laravel_a_controller_of_one_action_is_registered_by_its_class(route: str) -> None:
    routes = f"<?php\nuse App\\Http\\Controllers\\TokenController;\n{route}\n"
    files = {"app/Http/Controllers/TokenController.php": INVOKABLE, "routes/web.php": routes}

    assert endpoints(files) == LARAVEL[route]
