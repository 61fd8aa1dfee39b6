"""PHP: what tokens its SDK and JWT libraries make, and who may have them."""

from __future__ import annotations

import pytest

from lk_audit.facts import CredentialLiteral, Expiry, TokenCheck, TokenMint, WebhookUse
from tests.languages.minting import facts_of, found_in, granted, lifetime, mints
from tests.languages.minting import mint as mint_in

USES = "use Agence104\\LiveKit\\{AccessToken, AccessTokenOptions, VideoGrant, SIPGrant, WebhookReceiver};\n"
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


def test_a_webhook_whose_signature_is_not_checked_is_found() -> None:
    facts = facts_of({"a.php": f"<?php\n{USES}$e = (new WebhookReceiver($k, $s))->receive($body, $auth, TRUE);\n"})

    assert [fact.place.line for fact in facts if isinstance(fact, WebhookUse)] == [3]


WEBHOOK = """<?php
namespace App\\Http\\Controllers;
use Illuminate\\Http\\Request;
class LiveKitWebhookController extends Controller {
    protected function verifySignature(Request $request): bool {
        $token = $request->header('Authorization');
        if (! $token) return false;
        try {
            BODY
        } catch (\\Throwable $e) { Log::error('failed', ['error' => $e->getMessage()]); return false; }
    }
    public function handle(Request $request) {
        if (! $this->verifySignature($request)) { return response('Unauthorized', 401); }
        $event = $request->input('event');
        if ($event === 'room_finished') { close($request->input('room')); }
    }
}
"""
HANDLES = """<?php
use App\\Http\\Controllers\\LiveKitWebhookController;
use Illuminate\\Support\\Facades\\Route;
Route::post('/webhook/livekit', [LiveKitWebhookController::class, 'handle']);
"""
FORM_ONLY = [
    "$secret = config('services.livekit.secret'); return $secret && strpos($token, 'Bearer') === 0;",
    "return str_starts_with($token, 'Bearer ') && strlen($token) > 20;",
]
REAL = [
    "return hash_equals(hash_hmac('sha256', $request->getContent(), config('a')), substr($token, 7));",
    "return substr($token, 7) === $this->expected;",
    "return $this->verifier->verify(substr($token, 7));",
    "return substr($token, 7) === config('services.livekit.webhook_secret');",
    "return strlen($token) > 9 && isset($this->callers[$token]);",
    "return strlen($token) > 9 && Caller::has($token);",
    "return substr($token, 7) === 'a-fixed-password';",
]


@pytest.mark.parametrize(("body", "found"), [*((item, 1) for item in FORM_ONLY), *((item, 0) for item in REAL)])
def test_a_check_of_nothing_but_the_form_checks_no_webhook(body: str, found: int) -> None:
    files = {
        "app/Http/Controllers/LiveKitWebhookController.php": WEBHOOK.replace("BODY", body),
        "routes/api.php": HANDLES,
    }

    assert len(found_in(files, "LK604")) == found


def test_a_webhook_that_is_checked_is_fine() -> None:
    facts = facts_of({"a.php": f"<?php\n{USES}$e = (new WebhookReceiver($k, $s))->receive($body, $auth);\n"})

    assert not [fact for fact in facts if isinstance(fact, WebhookUse | TokenCheck)]


MINT = """$t = (new AccessToken(getenv('K'), getenv('S')))
    ->init((new AccessTokenOptions())->setIdentity({name})->setTtl(600))
    ->setGrant((new VideoGrant())->setRoomJoin()->setRoomName('r'))->toJwt();"""
POSTED = MINT.format(name="$_POST['name']")
REQUESTED = MINT.format(name="$request['name']")
CONTROLLER = (
    "<?php\nnamespace App\\Http\\Controllers;\n"
    + USES
    + "class TokenController extends Controller {\n  %s\n  public function make(Request $request) {\n"
    + MINT.format(name="$request->input('name')")
    + "\n return response()->json($t); }\n}\n"
)
ROUTES = """<?php
use App\\Http\\Controllers\\TokenController;
use Illuminate\\Support\\Facades\\Route;
{}
"""
GUARDED = {
    "middleware of the route": ("", "Route::post('token', [TokenController::class, 'make'])->middleware('auth:api');"),
    "middleware before the route": (
        "",
        "Route::middleware('auth')->post('/token', [TokenController::class, 'make'])->name('t');",
    ),
    "middleware of the group": (
        "",
        "Route::group(['middleware' => ['web', 'auth']], function () { Route::post('t', 'TokenController@make'); });",
    ),
    "middleware in the constructor": (
        "public function __construct() { $this->middleware('auth:sanctum')->only(['make']); }",
        "Route::post('token', [TokenController::class, 'make']);",
    ),
    "middleware that the controller lists": (
        "public static function middleware(): array { return [new Middleware('auth', except: ['index'])]; }",
        "Route::post('token', [TokenController::class, 'make']);",
    ),
}
OPEN = {
    "no middleware": ("", "Route::post('token', [TokenController::class, 'make']);"),
    "a controller as text": ("", "Route::post('token', 'TokenController@make');"),
    "a group for a controller": (
        "",
        "Route::controller(TokenController::class)->group(function () { Route::post('/token', 'make'); });",
    ),
    "middleware that lets everybody pass": (
        "",
        "Route::post('token', [TokenController::class, 'make'])->middleware(['api', 'throttle:6,1']);",
    ),
    "middleware for other actions": (
        "public function __construct() { $this->middleware('auth')->except('make'); }",
        "Route::post('token', [TokenController::class, 'make']);",
    ),
    "middleware of another route": (
        "",
        "Route::get('x', fn () => 1)->middleware('auth');\nRoute::post('token', [TokenController::class, 'make']);",
    ),
}


def laravel(body: str, routes: str) -> list[str]:
    controller = {"app/Http/Controllers/TokenController.php": CONTROLLER % body}
    return found_in({**controller, "routes/api.php": ROUTES.replace("{}", routes)}, "LK601")


@pytest.mark.parametrize("name", GUARDED)
def test_a_guarded_action_of_laravel_is_not_reported(name: str) -> None:
    body, routes = GUARDED[name]

    assert not found_in(
        {"app/Http/Controllers/TokenController.php": CONTROLLER % body, "routes/api.php": ROUTES.format(routes)},
        "LK601",
    )


@pytest.mark.parametrize("name", OPEN)
def test_an_open_action_of_laravel_is_reported(name: str) -> None:
    body, routes = OPEN[name]

    assert found_in(
        {"app/Http/Controllers/TokenController.php": CONTROLLER % body, "routes/api.php": ROUTES.format(routes)},
        "LK601",
    )


SERVICE_THAT_REFUSES = (
    "<?php\nnamespace App\\Services;\nclass LiveKitService {\n"
    "    public function verifyWebhook(string $body, ?string $header): bool {\n"
    "        $claims = $this->decoded($header);\n        if ($claims === null) { return false; }\n"
    "        return hash_equals((string) $claims['sha256'], base64_encode(hash('sha256', $body, true)));\n    }\n"
    "    private function decoded(string $jwt): ?array {\n        [$h, $p, $s] = explode('.', $jwt);\n"
    "        if (! hash_equals(hash_hmac('sha256', \"$h.$p\", config('lk.secret'), true), $s)) { return null; }\n"
    "        return json_decode(base64_decode($p), true);\n    }\n}\n"
)


@pytest.mark.parametrize(
    ("body", "reported"),
    [
        ("public function __construct(private LiveKitService $livekit) {}", True),
        ("public function __construct(LiveKitService $l) { if (! auth()->check()) { abort(401); } }", False),
    ],
)
def test_a_service_handed_to_a_controller_guards_nothing(body: str, reported: bool) -> None:
    files = {
        "app/Services/LiveKitService.php": SERVICE_THAT_REFUSES,
        "app/Http/Controllers/TokenController.php": CONTROLLER.replace(
            "class TokenController", "use App\\Services\\LiveKitService;\nclass TokenController"
        )
        % body,
        "routes/api.php": ROUTES.format("Route::post('token', [TokenController::class, 'make']);"),
    }

    assert bool(found_in(files, "LK601")) is reported


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


@pytest.mark.parametrize(
    "beside",
    [
        {"config/services.php": "<?php\nreturn ['livekit' => ['key' => env('LIVEKIT_API_KEY')]];\n"},
        {"src/Services.php": "<?php\nnamespace Other;\nclass Registry {}\n"},
        {"app/Domain/RoomTokens.php": "<?php\nreturn [];\n"},
    ],
)
def test_a_file_that_is_called_like_a_namespace_or_class_is_not_it(beside: dict[str, str]) -> None:
    service = (
        "<?php\nnamespace App\\Services;\nuse Agence104\\LiveKit\\{AccessToken, AccessTokenOptions, VideoGrant};\n"
        "class RoomTokens {\n    public function make($room, $who) {\n"
        "        $options = (new AccessTokenOptions())->setIdentity($who);\n"
        "        $grant = (new VideoGrant())->setRoomJoin()->setRoomName($room);\n"
        "        return (new AccessToken(env('LIVEKIT_API_KEY'), env('LIVEKIT_API_SECRET')))\n"
        "            ->init($options)->setGrant($grant)->toJwt();\n    }\n}\n"
    )
    controller = (
        "<?php\nnamespace App\\Http\\Controllers;\nuse App\\Services\\RoomTokens;\nuse Illuminate\\Http\\Request;\n"
        "class TokenController extends Controller {\n    protected $tokens;\n"
        "    public function __construct(RoomTokens $tokens) { $this->tokens = $tokens; }\n"
        "    public function make(Request $request) {\n"
        "        return $this->tokens->make($request->input('room'), $request->input('who'));\n    }\n}\n"
    )
    files = {
        "app/Services/RoomTokens.php": service,
        "app/Http/Controllers/TokenController.php": controller,
        "routes/api.php": ROUTES.format("Route::post('token', [TokenController::class, 'make']);"),
    }

    assert found_in(files, "LK601") == ["app/Services/RoomTokens.php:8"]
    assert found_in({**files, **beside}, "LK601") == ["app/Services/RoomTokens.php:8"]


def test_what_the_request_decides_is_told_where_it_does_through_conversions_too() -> None:
    service = (
        "<?php\nnamespace App\\Services;\nuse Firebase\\JWT\\JWT;\nclass Tokens {\n"
        "    public static function make($room, $publishes = true) {\n"
        "        $video = ['room' => $room, 'roomJoin' => true, 'canPublish' => $publishes];\n"
        "        return JWT::encode(['exp' => time() + 600, 'video' => $video], env('LIVEKIT_API_SECRET'), 'HS256');\n"
        "    }\n}\n"
    )
    controller = (
        "<?php\nnamespace App\\Http\\Controllers;\nuse App\\Services\\Tokens;\nuse Illuminate\\Http\\Request;\n"
        "class TokenController extends Controller {\n    public function make(Request $request) {\n"
        "        $publishes = $request->input('publishes', true);\n"
        "        return Tokens::make('r', (bool) $publishes);\n    }\n}\n"
    )
    files = {
        "app/Services/Tokens.php": service,
        "app/Http/Controllers/TokenController.php": controller,
        "routes/api.php": ROUTES.format("Route::post('token', [TokenController::class, 'make']);"),
    }

    assert found_in(files, "LK602") == ["app/Http/Controllers/TokenController.php:7"]


@pytest.mark.parametrize(("middleware", "reported"), [("['api', 'auth:sanctum']", False), ("'api'", True)])
def test_middleware_of_the_file_of_routes_counts(middleware: str, reported: bool) -> None:
    files = {
        "app/Http/Controllers/TokenController.php": CONTROLLER % "",
        "routes/api.php": ROUTES.replace("{}", "Route::post('token', [TokenController::class, 'make']);"),
        "app/Providers/RouteServiceProvider.php": (
            f"<?php\nRoute::middleware({middleware})->group(base_path('routes/api.php'));\n"
        ),
    }

    assert bool(found_in(files, "LK601")) is reported


def test_a_controller_without_a_route_in_sight_is_not_reported() -> None:
    assert not found_in({"app/Http/Controllers/TokenController.php": CONTROLLER % ""}, "LK601")


SCRIPT_GUARDS = {
    "a session that must be there": "if (!isset($_SESSION['user'])) { http_response_code(401); exit; }",
    "a session that must not be empty": "if (empty($_SESSION['user_id'])) { header('Location: /login'); exit(); }",
    "a helper that is called": "require_login();",
    "a file that is included and out of sight": "require 'includes/auth_check.php';",
    "a password": "if (!password_verify($_POST['password'], $hash)) { http_response_code(403); die('no'); }",
    "a key that must be known": "if ($_SERVER['HTTP_X_KEY'] !== getenv('KEY')) { http_response_code(401); exit; }",
}


@pytest.mark.parametrize("name", SCRIPT_GUARDS)
def test_a_guarded_script_is_not_reported(name: str) -> None:
    code = f"<?php\n{USES}session_start();\n{SCRIPT_GUARDS[name]}\n{POSTED}\necho $t;\n"

    assert not found_in({"token.php": code}, "LK601")


@pytest.mark.parametrize(
    "before",
    [
        "",
        "if (!isset($_POST['name'])) { http_response_code(400); exit; }",
        "if ($_SERVER['REQUEST_METHOD'] !== 'POST') { http_response_code(405); exit; }",
        "if (getenv('K') === false) { http_response_code(500); exit; }",
    ],
)
def test_an_open_script_is_reported(before: str) -> None:
    code = f"<?php\n{USES}{before}\n{POSTED}\necho json_encode(['token' => $t]);\n"

    assert found_in({"token.php": code}, "LK601")


def test_a_token_for_known_callers_only_is_not_reported() -> None:
    code = f"<?php\n{USES}if (isset($_SESSION['user'])) {{ {POSTED} echo $t; }}\n"

    assert not found_in({"token.php": code}, "LK601")


@pytest.mark.parametrize(
    ("permission", "reported"),
    [
        ("'__return_true'", True),
        ("function () { return true; }", True),
        ("'is_user_logged_in'", False),
        ("function () { return current_user_can('read'); }", False),
        ("[$this, 'may']", False),
    ],
)
def test_permission_callbacks_of_wordpress_count(permission: str, reported: bool) -> None:
    code = (
        f"<?php\n{USES}register_rest_route('x/v1', '/token', ['callback' => function ($request) {{"
        f"{REQUESTED} return $t; }}, 'permission_callback' => {permission}]);\n"
    )

    assert bool(found_in({"calls.php": code}, "LK601")) is reported


@pytest.mark.parametrize(("hook", "reported"), [("wp_ajax_nopriv_token", True), ("wp_ajax_token", False)])
def test_ajax_hooks_of_wordpress_tell_who_may_call(hook: str, reported: bool) -> None:
    code = f"<?php\n{USES}add_action('{hook}', 'make');\nfunction make() {{ {POSTED} echo $t; }}\n"

    assert bool(found_in({"calls.php": code}, "LK601")) is reported


def test_what_a_controller_does_is_known_without_its_routes_and_who_may_call_it_is_not() -> None:
    body = "$g = (new VideoGrant())->setRoomJoin()->setRoomName('r')->setCanPublish($request->boolean('publish'));"
    token = "return (new AccessToken($k, $s))->init((new AccessTokenOptions())->setTtl(600))->setGrant($g)->toJwt();"
    method = f"public function make(Request $request) {{ {body}\n{token} }}"
    files = {"TokenController.php": f"<?php\n{USES}class TokenController extends Controller {{ {method} }}\n"}

    assert found_in(files, "LK602")
    assert not found_in(files, "LK601")
