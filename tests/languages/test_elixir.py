"""Elixir: what tokens its SDKs and JWT libraries make, and who may have them."""

from __future__ import annotations

import pytest

from lk_audit.facts import CredentialLiteral, Expiry, FileRole, Side, TokenMint
from tests.languages.minting import facts_of, found_in, granted
from tests.languages.minting import mint as mint_in

SECRET = "q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa"
HOUR = 3600


def mint(body: str, head: str = "") -> TokenMint:
    """The token that the body of a function makes."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    start = f"defmodule A do\n  alias Livekit.{{AccessToken, Grants}}\n  {head}\n  def t(x, opts \\\\ []) do\n"
    return mint_in(
        "lib/a.ex",
        f"{start}{lines}\n  end\nend\n",
    )


def expiries(found: TokenMint) -> list[tuple[Expiry, float | None]]:
    return [(item.expiry, item.seconds) for item in found.lifetimes]


LIFETIMES = {
    "900": (Expiry.EXPLICIT, 900),
    "6 * 60 * 60": (Expiry.EXPLICIT, 6 * HOUR),
    "86_400": (Expiry.EXPLICIT, 24 * HOUR),
    "@ttl": (Expiry.EXPLICIT, 2 * HOUR),
    "Keyword.get(opts, :ttl, 7200)": (Expiry.EXPLICIT, 2 * HOUR),
    "opts[:ttl] || 7200": (Expiry.EXPLICIT, 2 * HOUR),
    'String.to_integer(System.get_env("TTL", "7200"))': (Expiry.EXPLICIT, 2 * HOUR),
    'System.get_env("TTL", "7200") |> String.to_integer()': (Expiry.EXPLICIT, 2 * HOUR),
    "div(:timer.hours(6), 1000)": (Expiry.EXPLICIT, 6 * HOUR),
    "Timex.Duration.from_hours(6) |> Timex.Duration.to_seconds()": (Expiry.EXPLICIT, 6 * HOUR),
    "if(x, do: 7200, else: 60)": (Expiry.EXPLICIT, 2 * HOUR),
    "0": (Expiry.BORN_EXPIRED, 0),
    "nil": (Expiry.REJECTED, None),
    '"3600"': (Expiry.REJECTED, None),
    "System.system_time(:second) + 3600": (Expiry.EXPLICIT, 1.75e9),
    "x.ttl": (Expiry.UNKNOWN, None),
    "div(7_200_000, x)": (Expiry.UNKNOWN, None),
    "div(7_200_000, 0)": (Expiry.UNKNOWN, None),
}


@pytest.mark.parametrize("given", LIFETIMES)
def test_lifetimes_are_read_in_seconds(given: str) -> None:
    found = mint(f"AccessToken.new(k, s) |> AccessToken.with_ttl({given})", "@ttl 2 * 60 * 60")

    assert LIFETIMES[given] in expiries(found)


@pytest.mark.parametrize("given", [":timer.hours(6)", "3600 * 1000"])
def test_milliseconds_in_the_place_of_seconds_are_a_slip(given: str) -> None:
    found = mint(f"AccessToken.new(k, s) |> AccessToken.with_ttl({given})")

    assert found.lifetimes[0].slip is not None


SPELLINGS = {
    "AccessToken.new(k, s)\n|> AccessToken.with_ttl(7200)\n|> AccessToken.to_jwt()": 7200,
    "t = AccessToken.new(k, s)\nt = AccessToken.with_ttl(t, 7200)\nAccessToken.to_jwt(t)": 7200,
    "AccessToken.to_jwt(AccessToken.with_ttl(AccessToken.new(k, s), 7200))": 7200,
    "Livekit.AccessToken.new(k, s) |> Livekit.AccessToken.with_ttl(7200)": 7200,
    "LiveKit.AccessToken.new(k, s) |> LiveKit.AccessToken.with_ttl(7200)": 7200,
    "ExLivekit.AccessToken.new(api_key: k, api_secret: s) |> ExLivekit.AccessToken.add_ttl(7200)": 7200,
    'Livekitex.AccessToken.create(k, s, identity: "x", ttl: 7200)': 7200,
    'options = [identity: "x", ttl: 7200]\nLivekitex.AccessToken.create(k, s, options)': 7200,
}


@pytest.mark.parametrize("code", SPELLINGS)
def test_a_token_is_known_by_all_packages_and_spellings(code: str) -> None:
    assert expiries(mint(code)) == [(Expiry.EXPLICIT, SPELLINGS[code])]


@pytest.mark.parametrize(
    ("code", "seconds"),
    [
        ("AccessToken.new(k, s)", HOUR),
        ("ExLivekit.AccessToken.new()", HOUR),
        ('Livekitex.AccessToken.create(k, s, identity: "x")', 600),
    ],
)
def test_the_default_lifetime_is_that_of_the_package(code: str, seconds: float) -> None:
    assert expiries(mint(code)) == [(Expiry.IMPLICIT, seconds)]


GRANTS = {
    'AccessToken.with_grants(t, %Grants{room_join: true, room: "r"})': {"roomJoin": True, "room": "r"},
    "AccessToken.add_grant(t, %{room_join: true, can_publish: false})": {"roomJoin": True, "canPublish": False},
    'AccessToken.add_grant(t, Grants.join_room("r"))': {"roomJoin": True, "room": "r"},
    "AccessToken.add_grant(t, Grants.room_admin())": {"roomAdmin": True},
    "t |> AccessToken.add_grant(%Livekit.AccessToken.VideoGrants{hidden: true})": {"hidden": True},
    "grant = %Grants{room_join: true}\nAccessToken.with_grants(t, %{grant | room_admin: true})": {
        "roomJoin": True,
        "roomAdmin": True,
    },
    "AccessToken.with_grants(t, struct(Grants, room_list: true))": {"roomList": True},
}


@pytest.mark.parametrize("code", GRANTS)
def test_grants_are_known_in_all_spellings(code: str) -> None:
    assert granted(mint(f"t = AccessToken.new(k, s)\n{code}")) == GRANTS[code]


def test_what_one_call_of_ex_livekit_grants_stays_when_another_grants_more() -> None:
    found = mint(
        "ExLivekit.AccessToken.new(api_key: k, api_secret: s)\n"
        "|> ExLivekit.AccessToken.add_video_grant(%{room_admin: true})\n"
        '|> ExLivekit.AccessToken.add_video_grant(%{room: "r"})'
    )

    assert granted(found) == {"roomAdmin": True, "room": "r"}


SIGNER = f'Joken.Signer.create("HS256", "{SECRET}")'
SIGNED = {
    "encode_and_sign": f"Joken.encode_and_sign(claims, {SIGNER})",
    "encode_and_sign!": f"Joken.encode_and_sign!(claims, {SIGNER})",
    "generate_and_sign": f"Joken.generate_and_sign(%{{}}, claims, {SIGNER})",
    "generate_and_sign!": f"Joken.generate_and_sign!(%{{}}, claims, {SIGNER})",
    "Joken's signer": f"Joken.Signer.sign(claims, {SIGNER})",
    "JOSE": f'JOSE.JWT.sign(JOSE.JWK.from_oct("{SECRET}"), %{{"alg" => "HS256"}}, claims)',
}


@pytest.mark.parametrize("library", SIGNED)
def test_the_claims_and_the_secret_are_found_where_a_jwt_library_takes_them(library: str) -> None:
    claims = '%{"exp" => System.system_time(:second) + 7200, "video" => %{"roomJoin" => true, "room" => "a"}}'
    code = f"defmodule A do\n  def t do\n    claims = {claims}\n    {SIGNED[library]}\n  end\nend\n"
    facts = facts_of({"lib/a.ex": code})

    assert [item.seconds for fact in facts if isinstance(fact, TokenMint) for item in fact.lifetimes] == [7200]
    assert [fact.place.line for fact in facts if isinstance(fact, CredentialLiteral)] == [4]


def test_livekitex_has_a_constructor_of_its_own_for_grants() -> None:
    found = mint(
        "g = Livekitex.Grants.VideoGrant.new(room_join: true, can_publish: false)\n"
        "Livekitex.AccessToken.create(k, s) |> Livekitex.AccessToken.set_video_grant(g)"
    )

    assert granted(found) == {"roomJoin": True, "canPublish": False}


CLAIMS = '%{"iss" => k, "sub" => x, "exp" => EXP, "video" => %{"roomJoin" => true, "room" => x}}'
JWTS = {
    'Joken.encode_and_sign(claims, Joken.Signer.create("HS256", s))': "Joken",
    'signer = Joken.Signer.create("HS256", s)\n{:ok, jwt, _} = Joken.generate_and_sign(%{}, claims, signer)': "Joken",
    'JOSE.JWT.sign(JOSE.JWK.from_oct(s), %{"alg" => "HS256"}, claims) |> JOSE.JWS.compact()': "JOSE",
    ":crypto.mac(:hmac, :sha256, s, encode(claims))": "HMAC by hand",
    ":crypto.hmac(:sha256, s, encode(claims))": "HMAC by hand",
}


@pytest.mark.parametrize("code", JWTS)
def test_tokens_of_jwt_libraries_are_known_by_their_claims(code: str) -> None:
    claims = CLAIMS.replace("EXP", "System.system_time(:second) + 7200")
    found = mint(f"claims = {claims}\n{code}")

    assert (found.sdk, expiries(found)) == (JWTS[code], [(Expiry.EXPLICIT, 7200)])
    assert granted(found)["roomJoin"] is True


MOMENTS = {
    "System.system_time(:second) + 86_400": (Expiry.EXPLICIT, 86_400),
    "System.os_time(:second) + 86_400": (Expiry.EXPLICIT, 86_400),
    ":os.system_time(:seconds) + 3 * 3600": (Expiry.EXPLICIT, 10_800),
    "DateTime.utc_now() |> DateTime.add(3600) |> DateTime.to_unix()": (Expiry.EXPLICIT, 3600),
    "DateTime.utc_now() |> DateTime.add(6, :hour) |> DateTime.to_unix()": (Expiry.EXPLICIT, 6 * HOUR),
    "DateTime.to_unix(DateTime.add(DateTime.utc_now(), 30, :day))": (Expiry.EXPLICIT, 30 * 24 * HOUR),
    "DateTime.to_unix(DateTime.add(DateTime.utc_now(), x, :day))": (Expiry.UNKNOWN, None),
    "DateTime.to_unix(DateTime.add(DateTime.utc_now(), 3, x))": (Expiry.UNKNOWN, None),
    "Timex.now() |> Timex.shift(hours: 6) |> Timex.to_unix()": (Expiry.EXPLICIT, 6 * HOUR),
    "Timex.now() |> Timex.shift(x) |> Timex.to_unix()": (Expiry.UNKNOWN, None),
    "Joken.current_time() + 600": (Expiry.EXPLICIT, 600),
    "System.system_time(:millisecond) + :timer.hours(1)": (Expiry.MILLISECONDS, None),
    "div(System.system_time(:millisecond), 1000) + 600": (Expiry.EXPLICIT, 600),
    "3600": (Expiry.BORN_EXPIRED, 3600),
}


@pytest.mark.parametrize("given", MOMENTS)
def test_the_end_of_a_token_is_a_point_in_time(given: str) -> None:
    found = mint(
        f'claims = {CLAIMS.replace("EXP", given)}\nJoken.encode_and_sign(claims, Joken.Signer.create("HS256", s))'
    )

    assert expiries(found) == [MOMENTS[given]]


def joken(config: str, call: str = "generate_and_sign!(claims, signer)") -> TokenMint:
    return mint_in(
        "lib/a.ex",
        f"defmodule A do\n  use Joken.Config\n  {config}\n  def t(x) do\n"
        '    claims = %{"sub" => x, "video" => %{"roomJoin" => true, "room" => x}}\n'
        f'    signer = Joken.Signer.create("HS256", s())\n    {call}\n  end\nend\n',
    )


CONFIGS = {
    "": (Expiry.IMPLICIT, 2 * HOUR),
    "def token_config, do: default_claims(default_exp: 60 * 60 * 24)": (Expiry.EXPLICIT, 24 * HOUR),
    "def token_config, do: default_claims(skip: [:aud, :jti])": (Expiry.IMPLICIT, 2 * HOUR),
    "def token_config, do: default_claims(skip: [:exp])": (Expiry.NEVER, None),
    'def token_config do\n    %{} |> add_claim("exp", fn -> Joken.current_time() + 600 end)\n  end': (
        Expiry.EXPLICIT,
        600,
    ),
}


@pytest.mark.parametrize("config", CONFIGS)
def test_jokens_configuration_gives_tokens_their_lifetime(config: str) -> None:
    assert expiries(joken(config)) == [CONFIGS[config]]


def test_an_empty_configuration_gives_a_token_no_end() -> None:
    found = joken("", "Joken.generate_and_sign(%{}, claims, signer)")

    assert expiries(found) == [(Expiry.NEVER, None)]


@pytest.mark.parametrize(
    "code",
    [
        f'AccessToken.new("APIexample23456", "{SECRET}")',
        f'ExLivekit.AccessToken.new(api_key: "APIexample23456", api_secret: "{SECRET}")',
        f'Livekit.RoomServiceClient.new("https://x.livekit.cloud", "APIexample23456", "{SECRET}")',
    ],
)
def test_a_secret_that_is_given_to_an_sdk_is_a_credential(code: str) -> None:
    facts = facts_of({"lib/a.ex": f"defmodule A do\n  alias Livekit.AccessToken\n  def t, do: {code}\nend\n"})

    assert SECRET in [fact.secret.reveal() for fact in facts if isinstance(fact, CredentialLiteral)]


def test_a_secret_in_a_configuration_is_a_credential() -> None:
    facts = facts_of({"config/prod.exs": f'import Config\nconfig :app, :livekit, api_secret: "{SECRET}"\n'})

    assert SECRET in [fact.secret.reveal() for fact in facts if isinstance(fact, CredentialLiteral)]


def test_elixir_runs_on_servers() -> None:
    assert mint("AccessToken.new(k, s)").side is Side.SERVER


CONTROLLER = """defmodule ShopWeb.CallController do
  use ShopWeb, :controller
  alias Livekit.{AccessToken, Grants}
  PLUG

  def create(conn, %{"room" => room, "name" => name}) do
    CHECK
    token =
      AccessToken.new(k(), s())
      |> AccessToken.with_identity(name)
      |> AccessToken.add_grant(Grants.join_room(room))
      |> AccessToken.to_jwt()

    json(conn, %{token: token})
  end

  defp verify_caller(conn, _opts) do
    if get_session(conn, :user_id) do
      conn
    else
      conn |> send_resp(401, "") |> halt()
    end
  end
end
"""
ROUTER = """defmodule ShopWeb.Router do
  use ShopWeb, :router

  pipeline :api do
    plug :accepts, ["json"]
  end

  pipeline :auth do
    plug ShopWeb.AuthPipeline
  end

  scope "/api", ShopWeb do
    pipe_through PIPES
    post "/token", CallController, :create
  end
end
"""


def exposed(plug: str = "", check: str = "", pipes: str = ":api", **more: str) -> list[str]:
    files = {
        "lib/shop_web/call_controller.ex": CONTROLLER.replace("PLUG", plug).replace("CHECK", check),
        "lib/shop_web/router.ex": ROUTER.replace("PIPES", pipes),
        **more,
    }
    return found_in(files, "LK601")


def test_an_action_without_authentication_is_open() -> None:
    assert exposed() == ["lib/shop_web/call_controller.ex:9"]


@pytest.mark.parametrize(
    "given",
    [
        {"plug": "plug :authenticate_user"},
        {"plug": "plug :authenticate_user when action in [:create]"},
        {"plug": "plug :verify_caller"},
        {"plug": "plug Guardian.Plug.EnsureAuthenticated"},
        {"pipes": "[:api, :auth]"},
        {"pipes": "[:api, :require_authenticated_user]"},
        {"check": "user = conn.assigns.current_user.id"},
        {"check": '{:ok, _} = Phoenix.Token.verify(conn, "user", token)'},
    ],
    ids=str,
)
def test_an_action_behind_authentication_is_not(given: dict[str, str]) -> None:
    assert exposed(**given) == []


def test_a_plug_for_another_action_protects_nothing() -> None:
    assert exposed("plug :authenticate_user when action in [:index]") == ["lib/shop_web/call_controller.ex:9"]


def test_a_controller_whose_router_is_not_in_sight_is_not_judged() -> None:
    files = {"lib/call_controller.ex": CONTROLLER.replace("PLUG", "").replace("CHECK", "")}

    assert found_in(files, "LK601") == []


def test_a_route_of_plug_is_a_handler() -> None:
    code = """defmodule Shop.Api do
  use Plug.Router
  plug :match
  plug :dispatch

  post "/token" do
    token =
      Livekit.AccessToken.new(k(), s())
      |> Livekit.AccessToken.with_identity(conn.params["name"])
      |> Livekit.AccessToken.add_grant(%{room_join: true, room: conn.params["room"]})
      |> Livekit.AccessToken.to_jwt()

    send_resp(conn, 200, token)
  end
end
"""

    assert found_in({"lib/api.ex": code}, "LK601") == ["lib/api.ex:8"]


RUNTIME = """import Config

if config_env() == :prod do
  BODY
end

config :rooms, :livekit, api_secret: System.get_env("LIVEKIT_API_SECRET", "devsecret")
"""


@pytest.mark.parametrize(
    ("body", "role"),
    [
        ('config :rooms, RoomsWeb.Endpoint, secret_key_base: System.get_env("BASE") || raise("no BASE")', "PRODUCTION"),
        ("config :rooms, RoomsWeb.Endpoint, server: true", "PRODUCTION"),
        ('raise "not here"', "LOCAL"),
        ('unless System.get_env("LIVEKIT_API_SECRET") do\n    raise "no secret"\n  end', "LOCAL"),
    ],
)
def test_what_production_needs_besides_keeps_nothing_apart(body: str, role: str) -> None:
    facts = facts_of({"config/runtime.exs": RUNTIME.replace("BODY", body)})

    assert [item.role for item in facts if isinstance(item, CredentialLiteral)] == [FileRole[role]]
