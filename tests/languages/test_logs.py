"""Secrets that are printed or logged, in every language with what it prints and logs by."""

from __future__ import annotations

import pytest

from lk_audit.facts import SecretExposure
from tests.languages.minting import facts_of

READS = {
    "dart": "void f() {{ final secret = Platform.environment['LIVEKIT_API_SECRET']; {} }}\n",
    "ex": 'defmodule A do\n  def f do\n    secret = System.get_env("LIVEKIT_API_SECRET")\n    {}\n  end\nend\n',
    "go": 'package a\n\nimport (\n\t"fmt"\n\t"log"\n\t"log/slog"\n\t"os"\n)\n\nfunc f() {{\n'
    '\tsecret := os.Getenv("LIVEKIT_API_SECRET")\n\t{}\n}}\n',
    "java": 'class A {{ void f() {{ String secret = System.getenv("LIVEKIT_API_SECRET"); {} }} }}\n',
    "js": "const secret = process.env.LIVEKIT_API_SECRET;\n{}\n",
    "kt": 'fun f() {{\n  val secret = System.getenv("LIVEKIT_API_SECRET")\n  {}\n}}\n',
    "php": "<?php\n$secret = getenv('LIVEKIT_API_SECRET');\n{}\n",
    "py": 'import os\nsecret = os.getenv("LIVEKIT_API_SECRET")\n{}\n',
    "rb": 'secret = ENV["LIVEKIT_API_SECRET"]\n{}\n',
    "rs": 'fn f() {{ let secret = std::env::var("LIVEKIT_API_SECRET").unwrap(); {} }}\n',
    "swift": 'let secret = ProcessInfo.processInfo.environment["LIVEKIT_API_SECRET"]\n{}\n',
}
LOGGED = [
    ("dart", "debugPrint('with $secret');"),
    ("dart", "log('with $secret');"),
    ("ex", 'IO.puts("with #{secret}")'),
    ("ex", "IO.inspect(secret)"),
    ("go", 'fmt.Printf("with %s", secret)'),
    ("go", 'log.Fatalln("with", secret)'),
    ("go", 'slog.Info("with", "secret", secret)'),
    ("go", 'logger.Infof("with %s", secret)'),
    ("java", 'System.out.println("with " + secret);'),
    ("java", 'System.err.printf("%s", secret);'),
    ("js", "console.table({ secret });"),
    ("js", "process.stdout.write(secret);"),
    ("js", "console.log(process.env['LIVEKIT_API_SECRET']);"),
    ("js", "console.log(Deno.env.get('LIVEKIT_API_SECRET'));"),
    ("kt", 'Log.d("App", "with $secret")'),
    ("kt", 'Timber.e("with $secret")'),
    ("php", 'echo "with $secret";'),
    ("php", "error_log($secret);"),
    ("php", "var_dump($_ENV['LIVEKIT_API_SECRET']);"),
    ("py", 'print(os.environ["LIVEKIT_API_SECRET"])'),
    ("py", "print(f\"with {os.environ.get('LIVEKIT_API_SECRET')}\")"),
    ("rb", 'puts "with #{secret}"'),
    ("rb", 'puts ENV.fetch("LIVEKIT_API_SECRET")'),
    ("rs", 'info!("with {}", secret);'),
    ("rs", 'println!("with {secret}");'),
    ("rs", 'tracing::debug!("with {secret:?}");'),
    ("swift", 'NSLog("with %@", secret)'),
    ("swift", 'os_log("with %@", secret)'),
]


def exposures(suffix: str, statement: str) -> list[SecretExposure]:
    facts = facts_of({f"app/main.{suffix}": READS[suffix].format(statement)})
    return [fact for fact in facts if isinstance(fact, SecretExposure)]


@pytest.mark.parametrize(("suffix", "statement"), LOGGED)
def test_a_secret_that_is_printed_or_logged(suffix: str, statement: str) -> None:
    assert [fact.is_token for fact in exposures(suffix, statement)] == [False]


@pytest.mark.parametrize(
    ("printed", "is_secret"),
    [
        ("h.livekitSecret", True),
        ("h.cfg.LiveKitAPISecret", True),
        ("livekitSecret", True),
        ("h.hasLivekitSecret", False),
        ("h.maskedLivekitSecret", False),
        ("mask(h.livekitSecret)", False),
        ("h.livekitSecret[:4]", False),
        ("h.livekitKey", False),
        ("h.stripeSecret", False),
    ],
)
def test_what_a_function_is_given_under_the_name_of_the_secret_is_the_secret(printed: str, *, is_secret: bool) -> None:
    code = f"package a\n\nfunc (h *hook) check(livekitSecret string) {{\n\tlog.Printf(`%s`, {printed})\n}}\n"
    facts = [fact for fact in facts_of({"hook.go": code}) if isinstance(fact, SecretExposure)]

    assert len(facts) == is_secret


GIVEN_TO_SDK = {
    "A.java": "class A {\n  String mint(String key, String secret) {\n    System.out.println(SHOWN);\n"
    "    return new io.livekit.server.AccessToken(key, secret).toJwt();\n  }\n}\n",
    "a.go": 'package a\n\nimport (\n\t"log"\n\n\tlksdk "github.com/livekit/server-sdk-go/v2"\n)\n\n'
    "func rooms(url, key, secret, other string) *lksdk.RoomServiceClient {\n\tlog.Println(SHOWN)\n"
    "\treturn lksdk.NewRoomServiceClient(url, key, secret)\n}\n",
    "a.py": "from livekit import api\n\ndef rooms(url, key, secret):\n    print(SHOWN)\n"
    "    return api.LiveKitAPI(url, key, secret)\n",
    "a.ts": "import { RoomServiceClient } from 'livekit-server-sdk';\n"
    "export function rooms(url: string, key: string, secret: string) {\n  console.log(SHOWN);\n"
    "  return new RoomServiceClient(url, key, secret);\n}\n",
}


@pytest.mark.parametrize("path", GIVEN_TO_SDK)
@pytest.mark.parametrize(("shown", "is_secret"), [("secret", True), ("key", False), ("url", False)])
def test_what_the_sdk_is_given_as_its_secret_is_livekits(path: str, shown: str, *, is_secret: bool) -> None:
    facts = facts_of({path: GIVEN_TO_SDK[path].replace("SHOWN", shown)})

    assert [fact.name for fact in facts if isinstance(fact, SecretExposure)] == ["secret"] * is_secret


@pytest.mark.parametrize(
    ("suffix", "statement"),
    [
        ("go", "fmt.Println(len(secret))"),
        ("go", 'fmt.Println(os.Getenv("LIVEKIT_API_KEY"))'),
        ("js", "p(secret);"),
        ("php", "echo $secret ? 'set' : 'missing';"),
        ("py", 'print(os.environ["LIVEKIT_URL"])'),
        ("py", 'print("LIVEKIT_API_SECRET" in os.environ)'),
        ("rb", "puts secret.nil?"),
        ("rs", 'println!("with {{secret}}");'),
    ],
)
def test_what_tells_only_of_a_secret_exposes_none(suffix: str, statement: str) -> None:
    assert exposures(suffix, statement) == []


def test_a_page_of_php_answers_with_the_token_that_it_prints() -> None:
    code = """<?php
    use Agence104\\LiveKit\\{AccessToken, AccessTokenOptions, VideoGrant};
    $token = new AccessToken(getenv('LIVEKIT_API_KEY'), getenv('LIVEKIT_API_SECRET'));
    $token->init(new AccessTokenOptions())->setGrant((new VideoGrant())->setRoomJoin()->setRoomName($_GET['room']));
    echo $token->toJwt();
    """

    assert [fact for fact in facts_of({"token.php": code}) if isinstance(fact, SecretExposure)] == []


def test_a_handler_of_go_that_logs_its_token_tells_it() -> None:
    code = """package main

func give(w http.ResponseWriter, r *http.Request) {
	at := auth.NewAccessToken(keyOf(r), seedOf(r)).SetIdentity("ada")
	token, _ := at.ToJWT()
	log.Printf("token %s", token)
	w.Write([]byte(token))
}
"""
    imports = '\nimport (\n\t"log"\n\t"net/http"\n\n\t"github.com/livekit/protocol/auth"\n)\n'
    code = (
        code.replace("package main\n", f"package main\n{imports}")
        + '\nfunc main() {\n\thttp.HandleFunc("/t", give)\n}\n'
    )
    facts = [fact for fact in facts_of({"main.go": code}) if isinstance(fact, SecretExposure)]

    assert [(fact.is_token, fact.sink) for fact in facts] == [(True, "log.Printf")]


SIGNED = {
    "php": (
        "<?php\nuse Firebase\\JWT\\JWT;\nuse Illuminate\\Http\\Request;\n"
        "use Illuminate\\Support\\Facades\\{{Log, Route}};\n"
        "Route::post('/token', function (Request $request) {{\n"
        "    $claims = ['exp' => time() + 600, 'video' => ['room' => $request->input('room'), 'roomJoin' => true]];\n"
        "    $jwt = JWT::encode($claims, config('livekit.api_secret'), 'HS256');\n    {}\n    return $jwt;\n}});\n"
    ),
    "js": (
        "const jwt = require('jsonwebtoken');\napp.post('/token', (req, res) => {{\n"
        "  const claims = {{ video: {{ room: req.body.room, roomJoin: true }} }};\n"
        "  const token = jwt.sign(claims, process.env.LIVEKIT_API_SECRET, {{ expiresIn: '10m' }});\n"
        "  {}\n  res.json({{ token }});\n}});\n"
    ),
}


@pytest.mark.parametrize(
    ("suffix", "logged", "is_found"),
    [
        ("php", "Log::info('made ' . $jwt);", True),
        ("php", "Log::info('made', ['token' => $jwt]);", True),
        ("php", "Log::info('made a token for ' . $claims['exp']);", False),
        ("js", "console.log(`made ${token}`);", True),
        ("js", "console.log('made a token', claims.video.room);", False),
    ],
)
def test_tokens_that_a_library_signs_are_logged_too(suffix: str, logged: str, *, is_found: bool) -> None:
    files = {f"routes/api.{suffix}": SIGNED[suffix].format(logged.replace("{", "{{").replace("}", "}}"))}
    files = {path: text.replace("{{", "{").replace("}}", "}") for path, text in files.items()}
    found = [fact for fact in facts_of(files) if isinstance(fact, SecretExposure)]

    assert [fact.is_token for fact in found] == [True] * is_found


ASKED_ELSEWHERE = {
    "mint.js": "const { AccessToken } = require('livekit-server-sdk');\n"
    "exports.mint = async (room, who) => {\n"
    "  const at = new AccessToken(process.env.KEY, process.env.LIVEKIT_API_SECRET, { identity: who });\n"
    "  at.addGrant({ roomJoin: true, room });\n  return await at.toJwt();\n};\n",
    "app.js": "const { mint } = require('./mint');\nconst app = require('express')();\n"
    "app.post('/token', signedIn, async (req, res) => {\n  const token = await mint('hall', req.user.id);\n"
    "  LOGGED\n  res.json({ token });\n});\n",
}


@pytest.mark.parametrize(
    ("logged", "expected"),
    [
        ("console.log('made', token);", ["app.js"]),
        ("console.log('made a token for', req.user.id);", []),
        ("note(token);", []),
    ],
)
def test_tokens_are_logged_by_handlers_that_have_them_made_in_other_files(logged: str, expected: list[str]) -> None:
    facts = facts_of({**ASKED_ELSEWHERE, "app.js": ASKED_ELSEWHERE["app.js"].replace("LOGGED", logged)})

    assert [fact.place.path for fact in facts if isinstance(fact, SecretExposure) and fact.is_token] == expected
