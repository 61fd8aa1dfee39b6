"""Ruby: what tokens its SDK and JWT libraries make, and who may have them."""

from __future__ import annotations

import pytest

from lk_audit.facts import CredentialLiteral, Expiry, TokenCheck, TokenMint
from tests.languages.minting import facts_of, found_in, granted
from tests.languages.minting import mint as mint_in

SECRET = "q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa"


def mint(code: str) -> TokenMint:
    return mint_in("a.rb", f"require 'livekit'\n{code}\n")


LIFETIMES = {
    "ttl: 900": (Expiry.EXPLICIT, 900),
    "ttl: 6 * 60 * 60": (Expiry.EXPLICIT, 21_600),
    "ttl: 24.hours": (Expiry.EXPLICIT, 86_400),
    "ttl: 1.day.to_i": (Expiry.EXPLICIT, 86_400),
    "ttl: 30.minutes.in_seconds": (Expiry.EXPLICIT, 1800),
    "ttl: TTL": (Expiry.EXPLICIT, 7200),
    "ttl: ENV.fetch('TTL', '3600').to_i": (Expiry.EXPLICIT, 3600),
    "ttl: 0": (Expiry.BORN_EXPIRED, 0),
    "ttl: '3600'": (Expiry.REJECTED, None),
    "ttl: nil": (Expiry.REJECTED, None),
    "ttl: Time.now.to_i + 3600": (Expiry.EXPLICIT, 1.75e9),
    "ttl: settings.ttl": (Expiry.UNKNOWN, None),
    "name: 'x'": (Expiry.IMPLICIT, 600),
}


@pytest.mark.parametrize("given", LIFETIMES)
def test_lifetimes_are_read_in_seconds(given: str) -> None:
    found = mint(f"TTL = 2 * 3600\nt = LiveKit::AccessToken.new(api_key: 'k', api_secret: 's', {given})")

    assert LIFETIMES[given] in [(item.expiry, item.seconds) for item in found.lifetimes]


def test_milliseconds_in_the_place_of_seconds_are_a_slip() -> None:
    found = mint("t = LiveKit::AccessToken.new(identity: 'x', ttl: 3600 * 1000)")

    assert found.lifetimes[0].slip is not None


@pytest.mark.parametrize(
    ("file", "text", "seconds"),
    [
        ("Gemfile.lock", "GEM\n  specs:\n    livekit-server-sdk (0.6.6)\n", 14_400),
        ("Gemfile.lock", "GEM\n  specs:\n    livekit-server-sdk (0.7.1)\n", 600),
        ("Gemfile.lock", "GEM\n  specs:\n    livekit-server-sdk (1.0.0)\n", 600),
        ("Gemfile", "gem 'livekit-server-sdk', '~> 0.6.4'\n", 14_400),
        ("Gemfile", 'gem "livekit-server-sdk"\n', 600),
    ],
)
def test_the_default_lifetime_is_that_of_the_version(file: str, text: str, seconds: float) -> None:
    facts = facts_of({"app/a.rb": "t = LiveKit::AccessToken.new(identity: 'x')\n", file: text})

    (found,) = [fact for fact in facts if isinstance(fact, TokenMint)]
    assert [(item.expiry, item.seconds) for item in found.lifetimes] == [(Expiry.IMPLICIT, seconds)]


GRANTS = {
    "t.video_grant = LiveKit::VideoGrant.new(roomJoin: true, room: 'r', canPublish: false)": {
        "roomJoin": True,
        "room": "r",
        "canPublish": False,
    },
    "t.add_grant(roomJoin: true, roomAdmin: true)": {"roomJoin": True, "roomAdmin": True},
    "t.add_grant({ roomJoin: true, 'room' => 'r' })": {"roomJoin": True, "room": "r"},
    "t.add_grant(LiveKit::VideoGrant.new(roomList: true))": {"roomList": True},
    "g = LiveKit::VideoGrant.new\ng.roomJoin = true\ng.hidden = true\nt.video_grant = g": {
        "roomJoin": True,
        "hidden": True,
    },
    "base = { roomJoin: true }\nt.add_grant(**base, room: 'r')": {"roomJoin": True, "room": "r"},
    "t.video_grant = LiveKit::VideoGrant.new(canPublishSources: %w[camera])": {"canPublishSources": ("camera",)},
    "t.sip_grant = LiveKit::SIPGrant.new(call: true)": {"sip.call": True},
}


@pytest.mark.parametrize("code", GRANTS)
def test_grants_are_read_from_objects_and_hashes(code: str) -> None:
    found = mint(f"t = LiveKit::AccessToken.new(identity: 'x')\n{code}\nt.to_jwt")

    assert granted(found) == GRANTS[code]
    assert found.grants.complete


def test_a_name_that_a_hash_misspells_is_dropped_without_a_word() -> None:
    found = mint("t = LiveKit::AccessToken.new(identity: 'x')\nt.add_grant(roomJoin: true, can_publish: false)")

    assert [(item.spelled, item.fails_open) for item in found.grants.unknown] == [("can_publish", True)]


def test_grants_that_a_method_makes_are_followed() -> None:
    code = """
    class Tokens
      def token
        t = LiveKit::AccessToken.new(identity: 'x')
        t.video_grant = grant
        t.to_jwt
      end

      def grant
        LiveKit::VideoGrant.new(roomJoin: true, roomRecord: true)
      end
    end
    """

    assert granted(mint(code)) == {"roomJoin": True, "roomRecord": True}


EXPIRIES = {
    "Time.now.to_i + 3600": (Expiry.EXPLICIT, 3600),
    "Time.now.to_i + 24 * 60 * 60": (Expiry.EXPLICIT, 86_400),
    "(Time.now + 7200).to_i": (Expiry.EXPLICIT, 7200),
    "6.hours.from_now.to_i": (Expiry.EXPLICIT, 21_600),
    "1.week.from_now.to_i": (Expiry.EXPLICIT, 604_800),
    "(Time.current + 1.day).to_i": (Expiry.EXPLICIT, 86_400),
    "Time.zone.now.to_i + 30.minutes.to_i": (Expiry.EXPLICIT, 1800),
    "now + 600": (Expiry.EXPLICIT, 600),
    "(Time.now.to_i + 3600) * 1000": (Expiry.MILLISECONDS, None),
}


@pytest.mark.parametrize("expiry", EXPIRIES)
def test_tokens_that_are_signed_by_hand_expire(expiry: str) -> None:
    code = f"""
    now = Time.now.to_i
    payload = {{ iss: 'k', sub: 'u', exp: {expiry}, video: {{ roomJoin: true, room: 'r' }} }}
    jwt = JWT.encode(payload, ENV['LIVEKIT_API_SECRET'], 'HS256')
    """

    found = mint_in("a.rb", code)

    assert [(item.expiry, item.seconds) for item in found.lifetimes] == [EXPIRIES[expiry]]
    assert granted(found) == {"roomJoin": True, "room": "r"}


def test_a_token_that_is_put_together_with_an_hmac_is_a_mint() -> None:
    code = """
    payload = { iss: key, exp: Time.now.to_i + 60, video: { roomCreate: true } }.to_json
    signature = OpenSSL::HMAC.digest('SHA256', secret, signing_input)
    """

    assert granted(mint_in("a.rb", code)) == {"roomCreate": True}


@pytest.mark.parametrize(
    "written",
    [
        "secret = ENV['LIVEKIT_API_SECRET'] || '{}'",
        "secret = ENV.fetch('LIVEKIT_API_SECRET', '{}')",
        "secret = ENV.fetch('LIVEKIT_API_SECRET') {{ '{}' }}",
        "LIVEKIT_API_SECRET = '{}'.freeze",
        "config.livekit_api_secret = '{}'",
        "settings = {{ livekit_api_secret: '{}' }}",
        "t = LiveKit::AccessToken.new(api_key: 'APIexample23456', api_secret: '{}')",
        "c = LiveKit::RoomServiceClient.new('https://x', api_key: 'APIexample23456', api_secret: '{}')",
    ],
)
def test_a_secret_in_the_code_is_found(written: str) -> None:
    facts = facts_of({"a.rb": f"require 'livekit'\n{written.format(SECRET)}\n"})

    secrets = [fact for fact in facts if isinstance(fact, CredentialLiteral)]
    assert [(fact.place.line, fact.secret.reveal()) for fact in secrets] == [(2, SECRET)]


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ("JWT.decode(token, nil, false)", True),
        ("JWT.decode(token, secret, false)", True),
        ("JWT.decode(token, secret, true, algorithm: 'HS256')", False),
    ],
)
def test_a_token_that_is_trusted_without_its_signature_is_found(call: str, found: bool) -> None:
    code = f"claims = {call}[0]\nallow if claims['video']['roomAdmin']\n"

    facts = facts_of({"a.rb": f"# LiveKit\n{code}"})

    assert bool([fact for fact in facts if isinstance(fact, TokenCheck)]) is found


MINT = """t = LiveKit::AccessToken.new(api_key: ENV['K'], api_secret: ENV['S'], identity: params[:name])
    t.video_grant = LiveKit::VideoGrant.new(roomJoin: true, room: params[:room])
    {} t.to_jwt"""
BASE = "class ApplicationController < ActionController::API\n{}\nend\n"
AUTHENTICATE = """
  def authenticate!
    head :unauthorized unless User.find_by(token: request.headers['Authorization'])
  end
"""


def rails(body: str, base: str = "") -> list[str]:
    controller = f"class TokensController < ApplicationController\n{body}\nend\n"
    files = {"app/controllers/tokens_controller.rb": controller}
    return found_in({**files, "app/controllers/application_controller.rb": BASE.format(base)}, "LK601")


ACTION = f"  def create\n    {MINT.format('render json:')}\n  end\n"


@pytest.mark.parametrize(
    ("body", "base"),
    [
        (f"  before_action :authenticate!\n{ACTION}  private\n{AUTHENTICATE}", ""),
        (f"  before_action :authenticate!, only: %i[create show]\n{ACTION}{AUTHENTICATE}", ""),
        (f"  before_action :authenticate_user!\n{ACTION}", ""),
        (ACTION, f"  before_action :authenticate!\n{AUTHENTICATE}"),
        (f"  before_action -> {{ head :forbidden unless current_user }}\n{ACTION}", ""),
        (f"  http_basic_authenticate_with name: 'a', password: ENV['P']\n{ACTION}", ""),
        (ACTION.replace("def create\n", "def create\n    return head(:unauthorized) unless current_user\n"), ""),
        (ACTION.replace("def create\n", "def create\n    room = current_user.rooms.find(params[:room])\n"), ""),
        (f"  private\n{ACTION}", ""),
    ],
)
def test_a_guarded_action_of_rails_is_not_reported(body: str, base: str) -> None:
    assert not rails(body, base)


@pytest.mark.parametrize(
    ("body", "base"),
    [
        (ACTION, ""),
        (f"  before_action :authenticate!, only: [:show]\n{ACTION}{AUTHENTICATE}", ""),
        (f"  before_action :authenticate!, except: :create\n{ACTION}{AUTHENTICATE}", ""),
        (f"  skip_before_action :authenticate!\n{ACTION}", f"  before_action :authenticate!\n{AUTHENTICATE}"),
        (f"  before_action :set_room\n{ACTION}  def set_room\n    @room = params[:room]\n  end\n", ""),
        (ACTION.replace("def create\n", "def create\n    return head(:bad_request) if params[:name].blank?\n"), ""),
    ],
)
def test_an_open_action_of_rails_is_reported(body: str, base: str) -> None:
    assert rails(body, base)


@pytest.mark.parametrize(
    ("own", "base", "reported"),
    [
        ("before_action :authenticate!, except: [:create]", "before_action :authenticate!", True),
        ("before_action :authenticate!, except: [:show]", "before_action :authenticate!", False),
        ("before_action :authenticate!", "skip_before_action :authenticate!", False),
        ("before_action :authenticate!\n  before_action :authenticate!, only: :show", "", True),
        ("before_action :authenticate!, only: :show\n  before_action :authenticate!", "", False),
        ("skip_before_action :authenticate!, only: :show", "before_action :authenticate!", False),
        ("skip_before_action :authenticate!, except: :create", "before_action :authenticate!", False),
        ("skip_before_action :set_room", "before_action :authenticate!", False),
    ],
)
def test_what_is_said_last_of_a_filter_counts(own: str, base: str, *, reported: bool) -> None:
    assert bool(rails(f"  {own}\n{ACTION}", f"  {base}\n{AUTHENTICATE}")) is reported


def test_an_action_whose_base_class_is_out_of_sight_is_not_reported() -> None:
    assert not found_in({"tokens_controller.rb": f"class TokensController < BaseController\n{ACTION}\nend\n"}, "LK601")


@pytest.mark.parametrize(
    ("filters", "reported"),
    [
        ("before_action :authenticate_user!, except: [:create]", True),
        ("before_action :authenticate_user!, only: :show", True),
        ("before_action :set_room, only: :show", False),
        ("before_action :authenticate_user!, except: [:show]", False),
    ],
)
def test_an_action_that_a_filter_leaves_out_is_open_whatever_its_base_class_does(filters: str, reported: bool) -> None:
    controller = f"class TokensController < BaseController\n  {filters}\n{ACTION}\nend\n"

    assert bool(found_in({"tokens_controller.rb": controller}, "LK601")) is reported


@pytest.mark.parametrize(
    ("before", "inside", "reported"),
    [
        ("", "", True),
        ("before do\n  halt 401 unless session[:user]\nend\n", "", False),
        ("before do\n  content_type :json\nend\n", "", True),
        ("", "  halt 403 unless request.env['HTTP_X_KEY'] == ENV['KEY']\n", False),
        ("", "  halt 400, 'room' if params[:room].nil?\n", True),
        ("helpers do\n  def protected!\n    halt 401 unless authorized?\n  end\nend\n", "  protected!\n", False),
    ],
)
def test_routes_of_sinatra_have_guards(before: str, inside: str, reported: bool) -> None:
    code = f"require 'sinatra'\n{before}get '/token' do\n{inside}    {MINT.format('')}\nend\n"

    assert bool(found_in({"app.rb": code}, "LK601")) is reported
