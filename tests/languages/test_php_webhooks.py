"""PHP: which webhooks are checked, and which only look at the form of what is sent."""

from __future__ import annotations

import pytest

from lk_audit.facts import TokenCheck, WebhookUse
from tests.languages.minting import facts_of, found_in
from tests.languages.php import USES


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
