"""What Java and Kotlin code says of a token: the SDK's spellings, units, JWT libraries, requests and their guards."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from lk_audit.extraction import extract_facts
from lk_audit.facts import CredentialLiteral, EnvExposure, Expiry, Side, TokenMint, WebhookUse
from lk_audit.frontends import java, kotlin
from lk_audit.source import Source

SECRET = "q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa"
PROJECTS = Path(__file__).parent.parent / "fixtures" / "projects"
JAVA = """
package app;
import io.livekit.server.*;
import java.time.*;
import java.time.temporal.ChronoUnit;
import java.util.*;
import java.util.concurrent.TimeUnit;
class Tokens {
    static final long HOUR_MS = 60 * 60 * 1000L;
    String mint(String room) {
        AccessToken token = new AccessToken(System.getenv("LIVEKIT_API_KEY"), System.getenv("LIVEKIT_API_SECRET"));
        token.setIdentity("ana");
        BODY
        return token.toJwt();
    }
}
"""
KOTLIN = """
package app
import io.livekit.server.*
import java.util.Date
import java.util.concurrent.TimeUnit
import kotlin.time.Duration.Companion.hours
const val HOUR_MS = 60 * 60 * 1000L
fun mint(room: String): String {
    val token = AccessToken(System.getenv("LIVEKIT_API_KEY"), System.getenv("LIVEKIT_API_SECRET"))
    token.identity = "ana"
    BODY
    return token.toJwt()
}
"""


def mint_of(path: str, text: str) -> TokenMint:
    facts, notes = extract_facts([Source.from_text(path, text)])
    (mint,) = [fact for fact in facts if isinstance(fact, TokenMint)]
    assert not notes
    return mint


def mint_with(language: str, body: str) -> TokenMint:
    path, frame = ("src/Tokens.java", JAVA) if language == "java" else ("src/Tokens.kt", KOTLIN)
    return mint_of(path, frame.replace("BODY", body))


@pytest.mark.parametrize(
    ("language", "body", "seconds"),
    [
        ("java", "token.setTtl(900_000);", 900),
        ("java", "token.setTtl(6 * HOUR_MS);", 21600),
        ("java", "token.setTtl(TimeUnit.HOURS.toMillis(6));", 21600),
        ("java", "token.setTtl(TimeUnit.MILLISECONDS.convert(2, TimeUnit.DAYS));", 172800),
        ("java", "token.setTtl(Duration.ofMinutes(15).toMillis());", 900),
        ("java", "token.setTtl(Duration.of(3, ChronoUnit.HOURS).toMillis());", 10800),
        ("java", 'token.setTtl(Duration.parse("PT1H30M").toMillis());', 5400),
        ("java", 'token.setTtl(Long.parseLong("7200000"));', 7200),
        ("java", "token.setExpiration(new Date(System.currentTimeMillis() + 2 * HOUR_MS));", 7200),
        ("java", "token.setExpiration(Date.from(Instant.now().plus(1, ChronoUnit.DAYS)));", 86400),
        ("java", "token.setExpiration(Date.from(Instant.now().plusSeconds(600)));", 600),
        (
            "java",
            "Calendar c = Calendar.getInstance(); c.add(Calendar.HOUR, 5); token.setExpiration(c.getTime());",
            18000,
        ),
        ("java", "token.setTtl(60_000); token.setExpiration(new Date(System.currentTimeMillis() + HOUR_MS));", 3600),
        ("kotlin", "token.ttl = 900_000", 900),
        ("kotlin", "token.ttl = TimeUnit.DAYS.toMillis(1)", 86400),
        ("kotlin", "token.ttl = 24.hours.inWholeMilliseconds", 86400),
        ("kotlin", "token.apply { ttl = 2 * HOUR_MS }", 7200),
        ("kotlin", "with(token) { ttl = 2 * HOUR_MS }", 7200),
        ("kotlin", "token.also { it.ttl = 2 * HOUR_MS }", 7200),
        ("kotlin", "token.expiration = Date(Date().time + 24 * HOUR_MS)", 86400),
    ],
)
def test_a_lifetime_is_read_in_its_unit(language: str, body: str, seconds: float) -> None:
    (life,) = mint_with(language, body).lifetimes

    assert (life.expiry, life.seconds, life.slip) == (Expiry.EXPLICIT, seconds, None)


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("java", "token.setTtl(3600);"),
        ("java", "token.setTtl(TimeUnit.HOURS.toSeconds(6));"),
        ("java", "token.setTtl(Duration.ofDays(1).getSeconds());"),
        ("kotlin", "token.ttl = 60 * 60 * 24"),
        ("kotlin", "token.ttl = 1.hours.inWholeSeconds"),
    ],
)
def test_seconds_given_for_milliseconds_are_a_slip(language: str, body: str) -> None:
    (life,) = mint_with(language, body).lifetimes

    assert life.slip is not None
    assert life.slip.startswith("the number counts milliseconds")


@pytest.mark.parametrize(
    "methods",
    [
        "long ttl(String... names) { return 7_200_000L; }",
        "long ttl(String a) { return 60_000L; }\n    long ttl(String a, String b) { return 7_200_000L; }",
        "long ttl(int a, String... names) { return 7_200_000L; }\n    long ttl() { return 60_000L; }",
    ],
)
def test_a_method_is_the_one_that_takes_as_many_arguments(methods: str) -> None:
    frame = JAVA.replace("    String mint", f"    {methods}\n    String mint")
    found = mint_of(
        "src/Tokens.java",
        frame.replace(
            "BODY", 'token.setTtl(ttl(1, "b", "c"));' if "int a" in methods else 'token.setTtl(ttl("a", "b"));'
        ),
    )

    assert [life.seconds for life in found.lifetimes] == [7200]


def test_a_date_of_years_and_months_is_not_read_as_milliseconds() -> None:
    (life,) = mint_with("java", "token.setExpiration(new Date(2030 - 1900, Calendar.JANUARY, 1));").lifetimes

    assert life.expiry is Expiry.UNKNOWN


def test_a_point_in_time_given_for_a_duration_outlives_its_holder() -> None:
    (life,) = mint_with("java", "token.setTtl(System.currentTimeMillis() + HOUR_MS);").lifetimes

    assert life.slip is not None
    assert life.slip.startswith("this is a point in time")


@pytest.mark.parametrize(("language", "body"), [("java", ""), ("kotlin", "")])
def test_without_a_lifetime_the_sdk_gives_six_hours(language: str, body: str) -> None:
    (life,) = mint_with(language, body).lifetimes

    assert (life.expiry, life.seconds) == (Expiry.IMPLICIT, 21600)


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("java", "token.addGrants(new RoomJoin(true), new RoomName(room), new RoomAdmin(true));"),
        ("java", "token.addGrants(new RoomJoin(true)); token.addGrants(new Room(room), new RoomAdmin(true));"),
        ("java", "token.addGrants(List.of(new RoomJoin(true), new RoomName(room), new RoomAdmin(true)));"),
        (
            "java",
            """List<VideoGrant> g = new ArrayList<>(); g.add(new RoomJoin(true)); g.add(new RoomName(room));
            g.add(new RoomAdmin(true)); token.addGrants(g);""",
        ),
        (
            "java",
            """List<VideoGrant> g = Arrays.asList(new RoomJoin(true), new RoomName(room), new RoomAdmin(true));
            token.addGrants(g.toArray(new VideoGrant[0]));""",
        ),
        ("kotlin", "token.addGrants(RoomJoin(true), RoomName(room), RoomAdmin(true))"),
        ("kotlin", "token.addGrants(listOf(RoomJoin(true), RoomName(room), RoomAdmin(true)))"),
        ("kotlin", "token.run { addGrants(RoomJoin(true), RoomName(room), RoomAdmin(true)) }"),
        ("kotlin", "val g = arrayOf(RoomJoin(true), RoomName(room), RoomAdmin(true))\n token.addGrants(*g)"),
    ],
)
def test_grants_are_classes_of_their_own(language: str, body: str) -> None:
    grants = mint_with(language, body).grants

    assert set(grants.by_name) == {"roomJoin", "room", "roomAdmin"}
    assert all(grant.certain for grant in grants.by_name.values())
    assert grants.by_name["roomAdmin"].values == (True,)
    assert grants.complete


def test_sip_grants_are_given_without_a_value() -> None:
    grants = mint_with("kotlin", "token.addSIPGrants(SIPAdmin(), SIPCall(false))").grants

    assert {name: grant.values for name, grant in grants.by_name.items()} == {
        "sip.admin": (True,),
        "sip.call": (False,),
    }


def test_a_grant_under_a_condition_is_not_sure() -> None:
    grants = mint_with("kotlin", 'if (room == "x") token.addGrants(RoomAdmin(true))').grants

    assert not grants.by_name["roomAdmin"].certain


BUILT = {
    "java-jwt": (
        "import com.auth0.jwt.JWT;\nimport com.auth0.jwt.algorithms.Algorithm;\n",
        (
            'return JWT.create().withIssuer("k").withSubject(who).withExpiresAt(new Date(System.currentTimeMillis() + 7200000L))'  # noqa: E501 - code and syntax side by side
            '.withClaim("video", Map.of("roomJoin", true, "room", room)).sign(Algorithm.HMAC256(SECRET));'
        ),
    ),
    "jjwt": (
        "import io.jsonwebtoken.*;\n",
        (
            'Map<String, Object> video = new HashMap<>(); video.put("roomJoin", true); video.put("room", room);\n'
            'return Jwts.builder().setIssuer("k").setSubject(who).claim("video", video)'
            ".setExpiration(new Date(System.currentTimeMillis() + 7200000L))"
            ".signWith(SignatureAlgorithm.HS256, SECRET.getBytes()).compact();"
        ),
    ),
    "jjwt 0.12": (
        "import io.jsonwebtoken.Jwts;\nimport io.jsonwebtoken.security.Keys;\n",
        (
            'return Jwts.builder().issuer("k").subject(who).claims().add("video", Map.of("roomJoin", true, "room", room))'  # noqa: E501 - code and syntax side by side
            ".and().expiration(Date.from(Instant.now().plusSeconds(7200))).signWith(Keys.hmacShaKeyFor(SECRET.getBytes())).compact();"
        ),
    ),
    "nimbus-jose-jwt": (
        "import com.nimbusds.jose.*;\nimport com.nimbusds.jose.crypto.MACSigner;\nimport com.nimbusds.jwt.*;\n",
        (
            'JWTClaimsSet claims = new JWTClaimsSet.Builder().issuer("k").subject(who)'
            '.claim("video", Map.of("roomJoin", true, "room", room))'
            ".expirationTime(new Date(new Date().getTime() + 7200 * 1000)).build();\n"
            "SignedJWT jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims); jwt.sign(new MACSigner(SECRET));"
            " return jwt.serialize();"
        ),
    ),
    "fusionauth-jwt": (
        "import io.fusionauth.jwt.domain.JWT;\nimport io.fusionauth.jwt.hmac.HMACSigner;\n",
        (
            'JWT jwt = new JWT().setIssuer("k").setSubject(who).setExpiration(ZonedDateTime.now().plusHours(2))'
            '.addClaim("video", Map.of("roomJoin", true, "room", room));\n'
            "return JWT.getEncoder().encode(jwt, HMACSigner.newSHA256Signer(SECRET));"
        ),
    ),
    "jose4j": (
        "import org.jose4j.jwt.JwtClaims;\nimport org.jose4j.keys.HmacKey;\n",
        (
            'JwtClaims claims = new JwtClaims(); claims.setIssuer("k"); claims.setSubject(who);'
            'claims.setExpirationTimeMinutesInTheFuture(120); claims.setClaim("video", Map.of("roomJoin", true, "room", room));'  # noqa: E501 - code and syntax side by side
            "jws.setKey(new HmacKey(SECRET.getBytes())); return jws.sign(claims);"
        ),
    ),
}


@pytest.mark.parametrize("library", BUILT)
def test_a_token_is_built_with_a_jwt_library(library: str) -> None:
    imports, body = BUILT[library]
    code = (
        f"package app;\nimport java.time.*;\nimport java.util.*;\n{imports}class T {{\n"
        f'  static final String SECRET = "{SECRET}";\n  String mint(String room, String who) {{\n{body}\n  }}\n}}\n'
    )

    facts, _ = extract_facts([Source.from_text("src/T.java", code)])

    (mint,) = [fact for fact in facts if isinstance(fact, TokenMint)]
    assert [(life.expiry, life.seconds) for life in mint.lifetimes] == [(Expiry.EXPLICIT, 7200)]
    assert set(mint.grants.by_name) == {"roomJoin", "room"}
    assert [fact.name for fact in facts if isinstance(fact, CredentialLiteral)] == ["the signing key"]


@pytest.mark.parametrize(
    ("payload", "expiry"),
    [
        ('put("exp", System.currentTimeMillis() / 1000 + 600)', Expiry.EXPLICIT),
        ('put("exp", System.currentTimeMillis() + 600_000)', Expiry.MILLISECONDS),
        ('put("name", "ana")', Expiry.NEVER),
    ],
)
def test_a_token_is_put_together_by_hand(payload: str, expiry: Expiry) -> None:
    code = f"""
package app
import javax.crypto.Mac
import javax.crypto.spec.SecretKeySpec
import org.json.JSONObject
fun mint(room: String, secret: String): String {{
    val payload = JSONObject().apply {{
        put("iss", "k")
        {payload}
        put("video", JSONObject().apply {{ put("roomJoin", true); put("room", room) }})
    }}
    val mac = Mac.getInstance("HmacSHA256")
    mac.init(SecretKeySpec(secret.toByteArray(), "HmacSHA256"))
    return encode(payload.toString(), mac)
}}
"""
    mint = mint_of("src/T.kt", code)

    assert [life.expiry for life in mint.lifetimes] == [expiry]
    assert set(mint.grants.by_name) == {"roomJoin", "room"}


@pytest.mark.parametrize(
    ("path", "code", "name"),
    [
        ("src/C.java", 'class C { @Value("${livekit.api.secret:SECRET}") String s; }', "LIVEKIT_API_SECRET"),
        ("src/C.java", 'class C { String livekitApiSecret = "SECRET"; }', "livekitApiSecret"),
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

    assert mint_of(path, code).side is side


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

    (endpoint,) = mint_of("src/main/java/app/C.java", code).endpoints

    assert endpoint.name == "POST /api/token"
    assert (endpoint.authenticated_by is not None) is guarded


def test_a_constant_of_another_file_is_followed() -> None:
    files = {
        "src/main/java/app/Times.java": "package app;\npublic class Times { public static final long DAY = 24 * 3600 * 1000L; }\n",  # noqa: E501 - code and syntax side by side
        "src/main/kotlin/app/t.kt": KOTLIN.replace("BODY", "token.ttl = Times.DAY"),
        "src/main/kotlin/web/u.kt": KOTLIN.replace("package app", "package web\nimport app.Times").replace(
            "BODY", "token.ttl = Times.DAY"
        ),
    }
    files["src/main/kotlin/app/Times2.kt"] = files.pop("src/main/java/app/Times.java").replace(
        "package app;\npublic class Times { public static final long DAY = 24 * 3600 * 1000L; }",
        "package app\nobject Times { const val DAY = 24 * 3600 * 1000L }",
    )

    facts, _ = extract_facts([Source.from_text(path, text) for path, text in files.items()])

    lives = [life.seconds for fact in facts if isinstance(fact, TokenMint) for life in fact.lifetimes]
    assert lives == [86400, 86400]


def test_functions_of_one_name_are_told_apart_by_their_arguments() -> None:
    code = (
        "package app;\nimport io.livekit.server.*;\nclass T {\n"
        "  String mint(String room) { return mint(room, 600_000L); }\n"
        "  String mint(String room, long ttl) {\n"
        '    AccessToken t = new AccessToken("k", System.getenv("S")); t.setTtl(ttl); return t.toJwt();\n  }\n}\n'
    )

    seconds = {life.seconds for life in mint_of("src/T.java", code).lifetimes}

    assert 600 in seconds


@pytest.mark.parametrize("frontend", [java, kotlin], ids=["java", "kotlin"])
def test_damaged_code_never_raises(frontend: object) -> None:
    suffix = ".java" if frontend is java else ".kt"
    texts = [path.read_text() for path in sorted(PROJECTS.rglob(f"*{suffix}"))]
    chance = random.Random(7)
    for text in texts:
        for _ in range(12):
            start = chance.randrange(len(text))
            cut = (
                text[:start]
                + chance.choice(["", "{", ")", '"', "@", "$", "?:", "->"])
                + text[start + chance.randrange(9) :]
            )
            extract_facts([Source.from_text(f"src/a{suffix}", cut)])
            extract_facts([Source.from_text(f"src/b{suffix}", text[:start])])
