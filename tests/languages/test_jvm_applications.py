"""Applications in Java and Kotlin: their secrets, on which side they run, their requests and guards."""

from __future__ import annotations

import pytest

from lk_audit.facts import CredentialLiteral, EnvExposure, Side, WebhookUse
from lk_audit.source import Source
from tests.languages.minting import mint
from tests.samples import SECRET, extract_facts


@pytest.mark.parametrize(
    ("path", "code", "name"),
    [
        ("src/C.java", 'class C { @Value("${livekit.api.secret:SECRET}") String s; }', "LIVEKIT_API_SECRET"),
        ("src/C.java", 'class C { String livekitApiSecret = "SECRET"; }', "livekitApiSecret"),
        (
            "src/C.java",
            'import io.livekit.server.*;\nclass C { @Value("SECRET") String s; void f() { new AccessToken("k", s); } }',
            "the API secret of AccessToken()",
        ),
        (
            "src/C.java",
            'import io.livekit.server.*;\nimport java.util.*;\nclass C { void f() { new AccessToken("k", Objects.requireNonNullElse(System.getenv("S"), "SECRET")); } }',  # noqa: E501 - code and syntax side by side
            "S",
        ),
        (
            "src/C.java",
            'import io.livekit.server.*;\nimport java.util.*;\nclass C { void f() { new AccessToken("k", Optional.ofNullable(System.getenv("S")).orElseGet(() -> "SECRET")); } }',  # noqa: E501 - code and syntax side by side
            "S",
        ),
        (
            "src/c.kt",
            'import io.livekit.server.*\nfun f() = AccessToken("k", System.getenv("S").ifEmpty { "SECRET" })',
            "S",
        ),
        ("src/c.kt", 'val s = System.getenv("LIVEKIT_API_SECRET") ?: "SECRET"', "LIVEKIT_API_SECRET"),
        ("src/c.kt", 'val s = System.getenv().getOrDefault("LIVEKIT_API_SECRET", "SECRET")', "LIVEKIT_API_SECRET"),
        ("src/c.kt", 'class C(@Value("\\${livekit.api-secret:SECRET}") val s: String)', "LIVEKIT_API_SECRET"),
        (
            "src/c.kt",
            'import io.livekit.server.RoomServiceClient\nval c = RoomServiceClient.createClient("h", "APIexample23456", "SECRET")',  # noqa: E501 - code and syntax side by side
            "the API secret of createClient()",
        ),
        ("app/build.gradle", 'buildConfigField "String", "LIVEKIT_API_SECRET", "\\"SECRET\\""', "LIVEKIT_API_SECRET"),
    ],
)
def test_a_secret_that_is_written_down_is_found(path: str, code: str, name: str) -> None:
    facts, _ = extract_facts(
        [
            Source.from_text(
                path,
                code.replace('SECRET"', f'{SECRET}"')
                .replace("SECRET}", f"{SECRET}}}")
                .replace("SECRET\\", f"{SECRET}\\")
                .replace(f"_{SECRET}", "_SECRET"),
            )
        ]
    )

    assert [fact.name for fact in facts if isinstance(fact, CredentialLiteral)] == [name]


def test_what_gradle_copies_into_an_application_is_public() -> None:
    line = 'buildConfigField("String", "LIVEKIT_API_SECRET", "\\"${localProperties["livekit.secret"]}\\"")\n'

    facts, _ = extract_facts([Source.from_text("app/build.gradle.kts", line)])

    assert [fact.name for fact in facts if isinstance(fact, EnvExposure)] == ["LIVEKIT_API_SECRET"]


@pytest.mark.parametrize(
    ("path", "imports", "side"),
    [
        ("app/src/main/java/app/T.kt", "import android.content.Context\n", Side.CLIENT),
        ("app/src/main/java/app/T.kt", "import androidx.lifecycle.ViewModel\n", Side.CLIENT),
        ("src/main/kotlin/app/T.kt", "import io.ktor.server.application.call\n", Side.SERVER),
        ("src/main/kotlin/app/T.kt", "import org.springframework.stereotype.Service\n", Side.SERVER),
        ("composeApp/src/commonMain/kotlin/app/T.kt", "", Side.CLIENT),
        ("src/main/kotlin/app/T.kt", "", Side.UNKNOWN),
    ],
)
def test_the_side_is_told_by_imports_and_places(path: str, imports: str, side: Side) -> None:
    code = f'package app\n{imports}import io.livekit.server.AccessToken\nval t = AccessToken("k", System.getenv("S"))\n'

    assert mint(path, code).side is side


@pytest.mark.parametrize(("argument", "found"), [("", 0), (", true", 1), (", skipAuth = true", 1), (", false", 0)])
def test_a_webhook_receiver_that_skips_the_signature_is_told(argument: str, found: int) -> None:
    code = (
        "import io.livekit.server.WebhookReceiver\n"
        f'fun hook(body: String, auth: String) = WebhookReceiver("k", System.getenv("S")).receive(body, auth{argument})\n'  # noqa: E501 - code and syntax side by side
    )

    facts, _ = extract_facts([Source.from_text("src/h.kt", code)])

    assert len([fact for fact in facts if isinstance(fact, WebhookUse)]) == found


SPRING = """
package app;
import io.livekit.server.*;
import org.springframework.web.bind.annotation.*;
@RestController
@RequestMapping("/api")
CLASS class C {
    METHOD
    @PostMapping("/token")
    public String token(PARAMETERS) {
        CHECK
        AccessToken token = new AccessToken(System.getenv("K"), System.getenv("S"));
        token.setIdentity(IDENTITY);
        token.addGrants(new RoomJoin(true), new RoomName(room));
        return token.toJwt();
    }
}
"""


@pytest.mark.parametrize(
    ("change", "guarded"),
    [
        ({}, False),
        ({"METHOD": '@PreAuthorize("isAuthenticated()")'}, True),
        ({"METHOD": '@PreAuthorize("permitAll()")'}, False),
        ({"CLASS": '@Secured("ROLE_USER")'}, True),
        ({"METHOD": '@RolesAllowed("user")'}, True),
        ({"PARAMETERS": "@RequestParam String room, Principal user", "IDENTITY": "user.getName()"}, True),
        ({"PARAMETERS": "@RequestParam String room, @CurrentUser User user", "IDENTITY": "user.getName()"}, True),
        (
            {
                "CHECK": "if (!jwtService.validateToken(auth)) { throw new ResponseStatusException(HttpStatus.UNAUTHORIZED); }"  # noqa: E501 - code and syntax side by side
            },
            True,
        ),
        (
            {
                "METHOD": (
                    'static Long user(HttpSession session) { Object id = session.getAttribute("user");\n'
                    "if (id instanceof Long known) return known;\n"
                    "throw new UnauthorizedException(); }"
                ),
                "CHECK": "user(session);",
                "PARAMETERS": "@RequestParam String room, @RequestParam String who, HttpSession session",
            },
            True,
        ),
        ({"CHECK": "if (room.isEmpty()) { throw new ResponseStatusException(HttpStatus.BAD_REQUEST); }"}, False),
    ],
)
def test_what_authenticates_the_caller_of_a_controller(change: dict[str, str], guarded: bool) -> None:
    (endpoint,) = mint("src/main/java/app/C.java", _controller(change)).endpoints

    assert endpoint.name == "POST /api/token"
    assert (endpoint.authenticated_by is not None) is guarded


@pytest.mark.parametrize(
    ("identity", "asked"),
    [
        ("who", True),
        ('String.format("user-%s", who)', True),
        ("names.normalized(who)", True),
        ("names.findByLink(who).orElse(null)", False),
        ("names.getOwner(who)", False),
    ],
)
def test_what_is_looked_up_is_not_what_the_request_says(identity: str, asked: bool) -> None:
    found = mint("src/main/java/app/C.java", _controller({"IDENTITY": identity}))

    assert any(item.target == "identity" for item in found.inputs) is asked


def _controller(change: dict[str, str]) -> str:
    parts = {
        "CLASS": "",
        "METHOD": "",
        "PARAMETERS": '@RequestParam String room, @RequestParam String who, @RequestHeader("Authorization") String auth',  # noqa: E501 - code and syntax side by side
        "CHECK": "",
        "IDENTITY": "who",
        **change,
    }
    code = SPRING
    for word, text in parts.items():
        code = code.replace(word, text)
    return code
