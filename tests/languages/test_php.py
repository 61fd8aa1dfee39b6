"""PHP: what tokens its SDK and JWT libraries make."""

from __future__ import annotations

import pytest

from lk_audit.facts import CredentialLiteral, Expiry, TokenMint
from tests.languages.minting import facts_of, found_in, granted, lifetime, mints
from tests.languages.minting import mint as mint_in
from tests.languages.php import USES

SECRET = "q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa"


def mint(code: str) -> TokenMint:
    return mint_in("a.php", f"<?php\n{USES}{code}\n")


LIFETIMES = {
    "$o = (new AccessTokenOptions())->setTtl(900);": (Expiry.EXPLICIT, 900),
    "$o = (new AccessTokenOptions())->setIdentity('u')->setTtl(60 * 60 * 24);": (Expiry.EXPLICIT, 86_400),
    "$o = new AccessTokenOptions(); $o->setTtl(7200);": (Expiry.EXPLICIT, 7200),
    "$o = new AccessTokenOptions(['identity' => 'u', 'ttl' => 1200]);": (Expiry.EXPLICIT, 1200),
    "$o = new AccessTokenOptions(array('ttl' => '1800'));": (Expiry.EXPLICIT, 1800),
    "$o = (new AccessTokenOptions())->setTtl((int) '300');": (Expiry.EXPLICIT, 300),
    "$o = (new AccessTokenOptions())->setTTL(600);": (Expiry.EXPLICIT, 600),
    "$o = new AccessTokenOptions(); $o->SetTtl(500);": (Expiry.EXPLICIT, 500),
    "$o = new AccessTokenOptions(['TTL' => 1200]);": (Expiry.IMPLICIT, 14_400),
    "$o = (new AccessTokenOptions())->setTtl(0);": (Expiry.IMPLICIT, 14_400),
    "$o = (new AccessTokenOptions())->setTtl(-5);": (Expiry.BORN_EXPIRED, -5),
    "$o = (new AccessTokenOptions())->setTtl(time() + 3600);": (Expiry.EXPLICIT, 1.75e9),
    "$o = (new AccessTokenOptions())->setTtl($request->ttl);": (Expiry.UNKNOWN, None),
    "const HOUR = 3600; $o = (new AccessTokenOptions())->setTtl(2 * HOUR);": (Expiry.EXPLICIT, 7200),
    "$o = (new AccessTokenOptions())->setTtl(DAY_IN_SECONDS);": (Expiry.EXPLICIT, 86_400),
    "$o = (new AccessTokenOptions())->setIdentity('u');": (Expiry.IMPLICIT, 14_400),
}


@pytest.mark.parametrize(
    ("read", "path", "settings"),
    [
        ("config('livekit.ttl')", "config/livekit.php", "['ttl' => 7200]"),
        ("config('services.livekit.ttl')", "config/services.php", "['livekit' => ['ttl' => env('TTL', 7200)]]"),
        ("(require __DIR__ . '/../../settings.php')['ttl']", "settings.php", "['ttl' => 2 * 3600]"),
    ],
)
def test_what_a_file_of_settings_returns_is_read_under_its_keys(read: str, path: str, settings: str) -> None:
    code = f"$o = (new AccessTokenOptions())->setTtl({read});\n"
    made = "return (new AccessToken('k', $secret))->init($o)->setGrant((new VideoGrant())->setRoomJoin())->toJwt();\n"
    files = {"app/Services/Tokens.php": f"<?php\n{USES}{code}{made}", path: f"<?php\nreturn {settings};\n"}

    (found,) = [item for item in facts_of(files) if isinstance(item, TokenMint)]
    assert 7200 in {item.seconds for item in found.lifetimes}


@pytest.mark.parametrize("options", LIFETIMES)
def test_lifetimes_are_read_in_seconds(options: str) -> None:
    found = mint(f"{options} $jwt = (new AccessToken('k', 's'))->init($o)->setGrant(new VideoGrant())->toJwt();")

    assert [(item.expiry, item.seconds) for item in found.lifetimes] == [LIFETIMES[options]]


def test_milliseconds_in_the_place_of_seconds_are_a_slip() -> None:
    found = mint("$o = (new AccessTokenOptions())->setTtl(3600 * 1000); (new AccessToken('k', 's', $o))->toJwt();")

    assert found.lifetimes[0].slip is not None
    assert "counts seconds" in found.lifetimes[0].slip


GRANTS = {
    "$g = (new VideoGrant())->setRoomJoin()->setRoomName('r')->setCanPublish(false);": {
        "roomJoin": True,
        "room": "r",
        "canPublish": False,
    },
    "$g = (new VideoGrant())->setRoomAdmin()->setRoomList(FALSE);": {"roomAdmin": True, "roomList": False},
    "$g = new VideoGrant(); $g->setRoomJoin(true); $g->setHidden();": {"roomJoin": True, "hidden": True},
    "$g = (new VideoGrant())->setRoomjoin()->setroomname('r')->setCanPublishdata(FALSE);": {
        "roomJoin": True,
        "room": "r",
        "canPublishData": False,
    },
    "$g = new VideoGrant(['roomJoin' => true, 'room' => 'r']);": {"roomJoin": True, "room": "r"},
    "$g = (new VideoGrant(['roomJoin' => true]))->setRoomName('r');": {"roomJoin": True, "room": "r"},
    "$g = (new VideoGrant())->setCanPublishSources(['camera', 'microphone']);": {
        "canPublishSources": ("camera", "microphone")
    },
}


@pytest.mark.parametrize("grants", GRANTS)
def test_grants_are_read_from_setters_and_maps(grants: str) -> None:
    found = mint(f"{grants} $jwt = (new AccessToken('k', 's'))->setGrant($g)->toJwt();")

    assert granted(found) == GRANTS[grants]
    assert found.grants.complete


def test_methods_are_known_in_any_case() -> None:
    options = "(new AccessTokenOptions(['ttl' => 60]))"
    found = mint(f"$t = (new AccessToken('k', 's'))->INIT({options})->setgrant((new VideoGrant())->setHidden());")

    assert [item.seconds for item in found.lifetimes] == [60]
    assert granted(found) == {"hidden": True}


def test_a_name_that_the_class_does_not_know_is_dropped_without_a_word() -> None:
    found = mint("$t = (new AccessToken('k', 's'))->setGrant(new VideoGrant(['can_publish' => false]));")

    assert [(item.spelled, item.fails_open) for item in found.grants.unknown] == [("can_publish", True)]


def test_a_sip_grant_is_another_object() -> None:
    assert granted(mint("$t = (new AccessToken('k', 's'))->setSipGrant((new SIPGrant())->setCall());")) == {
        "sip.call": True
    }


EXPIRIES = {
    "time() + 3600": (Expiry.EXPLICIT, 3600),
    "time() + (60 * 60 * 24 * 7)": (Expiry.EXPLICIT, 604_800),
    "strtotime('+2 hours')": (Expiry.EXPLICIT, 7200),
    "now()->addDay()->timestamp": (Expiry.EXPLICIT, 86_400),
    "Carbon::now()->addHours(6)->getTimestamp()": (Expiry.EXPLICIT, 21_600),
    "(new DateTimeImmutable('+30 minutes'))->getTimestamp()": (Expiry.EXPLICIT, 1800),
    "(new \\DateTime())->modify('+1 day')->getTimestamp()": (Expiry.EXPLICIT, 86_400),
    "(new DateTimeImmutable())->add(new DateInterval('PT90M'))->getTimestamp()": (Expiry.EXPLICIT, 5400),
    "time() * 1000 + 3600000": (Expiry.MILLISECONDS, None),
    "3600": (Expiry.BORN_EXPIRED, 3600),
}


@pytest.mark.parametrize("expiry", EXPIRIES)
def test_tokens_that_are_signed_by_hand_expire(expiry: str) -> None:
    code = f"""<?php
    use Carbon\\Carbon;
    use Firebase\\JWT\\JWT;
    $payload = ['iss' => 'k', 'sub' => 'u', 'exp' => {expiry}, 'video' => ['roomJoin' => true, 'room' => 'r']];
    $jwt = JWT::encode($payload, $secret, 'HS256');
    """

    found = mint_in("a.php", code)

    assert found.sdk == "firebase/php-jwt"
    assert [(item.expiry, item.seconds) for item in found.lifetimes] == [EXPIRIES[expiry]]
    assert granted(found) == {"roomJoin": True, "room": "r"}


def test_a_builder_that_is_told_the_claims_is_a_mint() -> None:
    code = f"""<?php
    use Lcobucci\\JWT\\Configuration;
    $config = Configuration::forSymmetricSigner(new Sha256(), InMemory::plainText('{SECRET}'));
    $now = new DateTimeImmutable();
    $builder = $config->builder()->issuedBy($key)->relatedTo('me')->expiresAt($now->modify('+1 day'));
    $token = $builder->withClaim('video', ['roomJoin' => true])->getToken($config->signer(), $config->signingKey());
    """

    found = mint_in("a.php", code)

    assert found.sdk == "lcobucci/jwt"
    assert [(item.expiry, item.seconds) for item in found.lifetimes] == [(Expiry.EXPLICIT, 86_400)]
    assert (granted(found), found.identity) == ({"roomJoin": True}, ("me",))
    assert [fact.place.line for fact in facts_of({"a.php": code}) if isinstance(fact, CredentialLiteral)] == [3]


def test_a_token_that_is_put_together_with_an_hmac_is_a_mint() -> None:
    code = """<?php
    $payload = json_encode(['iss' => $key, 'exp' => time() + 60, 'video' => ['roomCreate' => true]]);
    $signature = hash_hmac('sha256', "$header.$payload", $secret, true);
    """

    assert granted(mint_in("a.php", code)) == {"roomCreate": True}


@pytest.mark.parametrize("grants", ["$video", "array_merge($video, $more)"])
def test_grants_may_be_added_to_claims_that_are_there_before_them(grants: str) -> None:
    code = f"""<?php
    function token($key, $secret, $room, $more = []) {{
        $video = ['room' => $room, 'roomJoin' => true];
        $claims = ['iss' => $key, 'exp' => time() + 86400];
        $claims['video'] = {grants};
        return hash_hmac('sha256', json_encode($claims), $secret, true);
    }}
    """
    (found,) = mints("a.php", code)

    assert True in found.grants.by_name["roomJoin"].values
    assert [item.seconds for item in found.lifetimes] == [86_400]


@pytest.mark.parametrize(
    "written",
    [
        "$secret = getenv('LIVEKIT_API_SECRET') ?: '{}';",
        "$secret = $_ENV['LIVEKIT_API_SECRET'] ?? '{}';",
        "$secret = env('LIVEKIT_API_SECRET', '{}');",
        "$secret = isset($_SERVER['LIVEKIT_API_SECRET']) ? $_SERVER['LIVEKIT_API_SECRET'] : '{}';",
        "define('LIVEKIT_API_SECRET', '{}');",
        "$config = ['livekit_api_secret' => '{}'];",
        "$t = new AccessToken('APIexample23456', '{}');",
        "$c = new \\Agence104\\LiveKit\\RoomServiceClient('https://x', 'APIexample23456', '{}');",
        "class C {{ private $livekitApiSecret = '{}'; }}",
    ],
)
def test_a_secret_in_the_code_is_found(written: str) -> None:
    facts = facts_of({"a.php": f"<?php\n{USES}{written.format(SECRET)}\n"})

    secrets = [fact for fact in facts if isinstance(fact, CredentialLiteral)]
    assert [(fact.place.line, fact.secret.reveal()) for fact in secrets] == [(3, SECRET)]


def test_a_helper_that_signs_for_several_makes_the_token_of_each_and_none_of_its_own() -> None:
    code = """<?php
class Tokens {
    public function join($room, $who) {
        return $this->issue(['sub' => $who, 'exp' => time() + 7200, 'video' => ['room' => $room, 'roomJoin' => true]]);
    }
    public function watch($room) {
        return $this->issue(['sub' => 'bot', 'exp' => time() + 300, 'video' => ['room' => $room, 'roomJoin' => true]]);
    }
    private function issue(array $claims) {
        $text = base64_encode(json_encode(['iss' => env('LIVEKIT_API_KEY'), ...$claims]));
        return $text . hash_hmac('sha256', $text, env('LIVEKIT_API_SECRET'), true);
    }
}
"""

    assert [lifetime(found) for found in mints("a.php", code)] == [7200, 300]


COMPONENT = """<?php
namespace App;
use Agence104\\LiveKit\\AccessToken;
use Agence104\\LiveKit\\AccessTokenOptions;
use Agence104\\LiveKit\\VideoGrant;
use BASE;
class Join extends Component {
    public string $room = '';
    public function token() {
        $options = (new AccessTokenOptions())->setIdentity(auth()->id())->setTtl(600);
        $grant = (new VideoGrant())->setRoomJoin()->setRoomName($this->named());
        return (new AccessToken(config('a.key'), config('a.secret')))->init($options)->setGrant($grant)->toJwt();
    }
    private function named() { return $this->room; }
}
"""


@pytest.mark.parametrize(("base", "is_empty"), [("Livewire\\Component", False), ("App\\View\\Component", True)])
def test_clients_fill_in_the_properties_of_a_component(base: str, *, is_empty: bool) -> None:
    assert bool(found_in({"app/Join.php": COMPONENT.replace("BASE", base)}, "LK403")) is is_empty
