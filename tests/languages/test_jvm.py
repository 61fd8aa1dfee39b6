"""What Java and Kotlin code says of a token: the SDK's spellings, units and JWT libraries."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from lk_audit.facts import CredentialLiteral, Expiry, TokenMint
from lk_audit.frontends import java, kotlin
from lk_audit.source import Source
from tests.languages.minting import found_in, granted, mint
from tests.samples import SECRET, extract_facts

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


def mint_with(language: str, body: str) -> TokenMint:
    path, frame = ("src/Tokens.java", JAVA) if language == "java" else ("src/Tokens.kt", KOTLIN)
    return mint(path, frame.replace("BODY", body))


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
        ("java", "token.setTtl(1000L);"),
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
    found = mint(
        "src/Tokens.java",
        frame.replace(
            "BODY", 'token.setTtl(ttl(1, "b", "c"));' if "int a" in methods else 'token.setTtl(ttl("a", "b"));'
        ),
    )

    assert [life.seconds for life in found.lifetimes] == [7200]


def test_seconds_that_another_class_keeps_are_no_slip() -> None:
    settings = "class Settings { long ttlSeconds = 3600; long ttlSeconds() { return ttlSeconds; } }\n"
    found = mint("src/Tokens.java", JAVA.replace("BODY", "token.setTtl(new Settings().ttlSeconds());") + settings)

    assert [(life.expiry, life.slip) for life in found.lifetimes] == [(Expiry.UNKNOWN, None)]


@pytest.mark.parametrize(
    ("definition", "expiry"),
    [
        ("fun AccessToken.lasting(life: Long) = apply { ttl = life }", Expiry.UNKNOWN),
        ("fun somethingElse() = 1", Expiry.IMPLICIT),
    ],
)
def test_a_method_that_the_project_adds_to_the_token_may_set_its_lifetime(definition: str, expiry: Expiry) -> None:
    code = f'import io.livekit.server.*\n{definition}\nfun f() = AccessToken("k", "s").lasting(600_000).toJwt()\n'

    assert [life.expiry for life in mint("src/Tokens.kt", code).lifetimes] == [expiry]


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


def test_grants_in_the_package_of_the_sdk_need_no_import() -> None:
    body = "AccessToken(k, s).apply { addGrants(RoomJoin(true), RoomAdmin(true)) }"

    found = mint("a.kt", f"package io.livekit.server\n\nfun make() = {body}\n")

    assert granted(found) == {"roomJoin": True, "roomAdmin": True}


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

    (made,) = [fact for fact in facts if isinstance(fact, TokenMint)]
    assert [(life.expiry, life.seconds) for life in made.lifetimes] == [(Expiry.EXPLICIT, 7200)]
    assert set(made.grants.by_name) == {"roomJoin", "room"}
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
    made = mint("src/T.kt", code)

    assert [life.expiry for life in made.lifetimes] == [expiry]
    assert set(made.grants.by_name) == {"roomJoin", "room"}


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

    seconds = {life.seconds for life in mint("src/T.java", code).lifetimes}

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


@pytest.mark.parametrize("clock", ["System.currentTimeMillis()", "Clock.currentTime()", "now()"])
def test_a_look_at_the_clock_authenticates_nobody(clock: str) -> None:
    code = f"""import com.auth0.jwt.JWT;
    import com.auth0.jwt.algorithms.Algorithm;
    import javax.servlet.http.*;
    class Tokens extends HttpServlet {{
      protected void doGet(HttpServletRequest req, HttpServletResponse res) throws IOException {{
        long ends = {clock} + 600_000;
        String id = req.getParameter("identity");
        res.getWriter().write(JWT.create().withSubject(id).withExpiresAt(new Date(ends))
          .withClaim("video", Map.of("roomJoin", true, "room", "r")).sign(Algorithm.HMAC256(secret)));
      }}
    }}
    """

    assert found_in({"Tokens.java": code}, "LK601")


INJECTED = {
    "Tokens.java": JAVA.replace("BODY", "token.setTtl(ttl);").replace(
        "class Tokens {\n", 'class Tokens {\n    @Value("${livekit.ttl:7200000}") long ttl;\n'
    ),
    "Tokens.kt": KOTLIN.replace("BODY", "token.ttl = ttl").replace(
        "fun mint", 'class Tokens(@Value("\\${livekit.ttl:7200000}") private val ttl: Long) {\nfun mint'
    )
    + "}\n",
}


@pytest.mark.parametrize("path", INJECTED)
def test_the_default_of_an_injected_number_is_a_number(path: str) -> None:
    assert 7200 in {item.seconds for item in mint(path, INJECTED[path]).lifetimes}
