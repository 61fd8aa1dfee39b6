"""PHP: who may have the tokens of scripts, of Laravel's routes and of WordPress."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in
from tests.languages.php import USES

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
    "other middleware that the route does without": (
        "",
        (
            "Route::middleware(['auth', Throttled::class])->group(function () {"
            " Route::post('t', [TokenController::class, 'make'])->withoutMiddleware([Throttled::class]); });"
        ),
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
    "middleware that the route does without": (
        "",
        (
            "Route::middleware(['api', 'auth:api'])->group(function () {"
            " Route::post('t', [TokenController::class, 'make'])->withoutMiddleware('auth:api'); });"
        ),
    ),
    "middleware of another route": (
        "",
        "Route::get('x', fn () => 1)->middleware('auth');\nRoute::post('token', [TokenController::class, 'make']);",
    ),
}


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


ASKING = """<?php
use App\\Services\\Tokens;
use Illuminate\\Http\\Request;

class LiveController extends Controller {
  public function token(Request $request, Tokens $tokens) {
    $user = $request->user();
    $speaks = WHO;
    return response()->json($tokens->make($user, $speaks));
  }
}
"""
MAKING = f"""<?php
namespace App\\Services;
{USES}
class Tokens {{
  public function make(User $user, bool $speaks): string {{
    $options = (new AccessTokenOptions())->setIdentity('u' . $user->id)->setTtl(600);
    $grant = (new VideoGrant())->setRoomJoin()->setRoomName('r')->setCanPublish($speaks);
    return (new AccessToken(getenv('K'), getenv('S')))->init($options)->setGrant($grant)->toJwt();
  }}
}}
"""


@pytest.mark.parametrize(
    ("who", "is_claimed"),
    [
        ("$user->isAdmin()", False),
        ("$request->user()->isAdmin()", False),
        ("$request->boolean('speaks')", True),
        ("$request->input('speaks')", True),
    ],
)
def test_what_the_user_of_a_request_may_do_is_not_what_the_request_says(who: str, *, is_claimed: bool) -> None:
    routes = "<?php\nRoute::middleware('auth')->get('token', [LiveController::class, 'token']);"
    files = {
        "app/Http/Controllers/LiveController.php": ASKING.replace("WHO", who),
        "app/Services/Tokens.php": MAKING,
        "routes/api.php": routes,
    }

    assert bool(found_in(files, "LK602")) is is_claimed
