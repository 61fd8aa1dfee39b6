"""Lifetimes that stand in the settings files of a framework: Spring's, and those of ASP.NET Core."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

JAVA = """import io.livekit.server.*;
@Service
class Tokens {
  @Value("${livekit.token-ttl:DEFAULT}") private long ttl;
  String issue(String identity, String room) {
    AccessToken token = new AccessToken(System.getenv("LIVEKIT_API_KEY"), System.getenv("LIVEKIT_API_SECRET"));
    token.setIdentity(identity);
    token.setTtl(ttl * 1000);
    token.addGrants(new RoomJoin(true), new RoomName(room));
    return token.toJwt();
  }
}
"""
CSHARP = """using Livekit.Server.Sdk.Dotnet;
class Tokens {
  string Issue(IConfiguration configuration, string identity, string room) {
    var minutes = configuration.GetValue<int>("LiveKit:TokenMinutes", 10);
    return new AccessToken(Key, Secret).WithIdentity(identity).WithTtl(TimeSpan.FromMinutes(minutes))
      .WithGrants(new VideoGrants { RoomJoin = true, Room = room }).ToJwt();
  }
}
"""
MAIN = "server/src/main"


@pytest.mark.parametrize(
    ("file", "text", "default", "is_long"),
    [
        ("application.properties", "livekit.token-ttl=86400\n", "600", True),
        ("application.properties", "livekit.token-ttl = 600\n", "86400", False),
        ("application.properties", "# livekit.token-ttl=600\n", "86400", True),
        ("application.yml", "livekit:\n  token-ttl: 86400\n", "600", True),
        ("application.yml", "livekit:\n  token-ttl: ${TOKEN_TTL:86400}\n", "600", True),
        ("application.yml", "livekit:\n  token-ttl: ${TOKEN_TTL}\n", "600", False),
        ("application.yaml", "livekit:\n  token-ttl: 600\n", "86400", False),
        ("application.yml", "server:\n  token-ttl: 86400\n", "600", False),
    ],
)
def test_a_property_is_what_the_nearest_file_says(file: str, text: str, default: str, *, is_long: bool) -> None:
    files = {f"{MAIN}/java/Tokens.java": JAVA.replace("DEFAULT", default), f"{MAIN}/resources/{file}": text}
    files["other/src/main/resources/application.yml"] = "livekit:\n  token-ttl: 99999\n"

    assert bool(found_in(files, "LK301")) is is_long


@pytest.mark.parametrize(
    ("settings", "is_long"),
    [
        ('{"LiveKit": {"TokenMinutes": 1440}}', True),
        ('{"LiveKit": {"TokenMinutes": "1440"}}', True),
        ('{"LiveKit": {"TokenMinutes": 30}}', False),
        ('{"Other": {"TokenMinutes": 1440}}', False),
        ("{", False),
    ],
)
def test_it_is_the_same_for_appsettings(settings: str, *, is_long: bool) -> None:
    assert bool(found_in({"api/Tokens.cs": CSHARP, "api/appsettings.json": settings}, "LK301")) is is_long


GO = """package tokens
import (
	"github.com/livekit/protocol/auth"
	"github.com/spf13/viper"
)
func Join(identity, room string) (string, error) {
	at := auth.NewAccessToken(viper.GetString("livekit.key"), viper.GetString("livekit.secret"))
	at.SetVideoGrant(&auth.VideoGrant{RoomJoin: true, Room: room}).SetIdentity(identity)
	at.SetValidFor(viper.GetDuration("livekit.ttl"))
	return at.ToJWT()
}
"""
DEFAULTS = """package config
import (
	"time"
	"github.com/spf13/viper"
)
func init() { viper.SetDefault(KEY, TTL) }
"""


@pytest.mark.parametrize(
    ("key", "ttl", "is_long"),
    [
        ('"livekit.ttl"', "24 * time.Hour", True),
        ('"LiveKit.TTL"', "24 * time.Hour", True),
        ('"livekit.ttl"', "10 * time.Minute", False),
        ('"session.ttl"', "24 * time.Hour", False),
        ("key", "24 * time.Hour", False),
    ],
)
def test_code_may_say_what_a_setting_is_by_default(key: str, ttl: str, *, is_long: bool) -> None:
    config = DEFAULTS.replace("KEY", key).replace("TTL)", f"{ttl})")

    assert bool(found_in({"tokens/tokens.go": GO, "config/config.go": config}, "LK301")) is is_long


ELIXIR = """defmodule Calls.Tokens do
  @ttl Application.READ(:calls, :token_ttl)
  def join(user, room) do
    Livekit.AccessToken.new(System.fetch_env!("LIVEKIT_API_KEY"), System.fetch_env!("LIVEKIT_API_SECRET"))
    |> Livekit.AccessToken.with_identity(user.id)
    |> Livekit.AccessToken.with_ttl(@ttl)
    |> Livekit.AccessToken.add_grant(Livekit.Grants.join_room(room))
    |> Livekit.AccessToken.to_jwt()
  end
end
"""


@pytest.mark.parametrize("read", ["compile_env", "get_env", "fetch_env!"])
@pytest.mark.parametrize(
    ("config", "is_long"),
    [
        ("config :calls, repos: [Calls.Repo], token_ttl: 60 * 60 * 24", True),
        ("config :calls, token_ttl: 600", False),
        ("config :calls, session_ttl: 86_400", False),
        ("config :calls, Calls.Repo, pool: [token_ttl: 86_400]", False),
    ],
)
def test_an_application_of_elixir_is_configured_in_files_of_its_own(read: str, config: str, *, is_long: bool) -> None:
    files = {"lib/tokens.ex": ELIXIR.replace("READ", read), "config/config.exs": f"import Config\n\n{config}\n"}

    assert bool(found_in(files, "LK301")) is is_long
