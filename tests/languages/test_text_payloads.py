"""Tokens whose claims code writes out as JSON text, and signs by hand."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in, granted, lifetime, mint, mints

CLAIMS = '{"iss":"<key>","sub":"<who>","nbf":<now>,"exp":<exp>,"video":{"room":"<room>","roomJoin":true,"hidden":true}}'
FILES = {
    "Tokens.swift": r"""import CryptoKit
func make(room: String, who: String, key: String, secret: String) -> String {
    let now = Int(Date().timeIntervalSince1970)
    let exp = now + 7200
    let payload = "CLAIMS"
    let sign = SymmetricKey(data: Data(secret.utf8))
    let signature = HMAC<SHA256>.authenticationCode(for: Data(payload.utf8), using: sign)
    return payload + text(signature)
}
""",
    "Tokens.kt": """import javax.crypto.Mac
fun make(room: String, who: String, key: String, secret: String): String {
    val now = System.currentTimeMillis() / 1000
    val exp = now + 2 * 3600
    val payload = "CLAIMS"
    val mac = Mac.getInstance("HmacSHA256")
    return mac.doFinal(payload.toByteArray()).text()
}
""",
    "Tokens.java": """import javax.crypto.Mac;
class Tokens {
    String make(String room, String who, String key) {
        long now = System.currentTimeMillis() / 1000;
        long exp = now + 7200;
        String payload = "CLAIMS";
        Mac mac = Mac.getInstance("HmacSHA256");
        return text(mac.doFinal(payload.getBytes()));
    }
}
""",
    "tokens.js": """const { createHmac } = require("crypto");
function make(room, who, key, secret) {
  const now = Math.floor(Date.now() / 1000);
  const exp = now + 7200;
  const payload = "CLAIMS";
  return payload + createHmac("sha256", secret).update(payload).digest("base64url");
}
""",
    "Tokens.cs": """using System.Security.Cryptography;
class Tokens {
    string Make(string room, string who, string key, byte[] secret) {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var exp = now + 7200;
        var payload = "CLAIMS";
        using var hmac = new HMACSHA256(secret);
        return Text(hmac.ComputeHash(Encoding.UTF8.GetBytes(payload)));
    }
}
""",
}
SUM = CLAIMS.replace('"', '\\"').replace("<", '" + ').replace(">", ' + "')
WRITTEN = [
    ("Tokens.swift", CLAIMS.replace('"', '\\"').replace("<", "\\(").replace(">", ")")),
    ("Tokens.swift", '#"' + CLAIMS.replace("<", "\\#(").replace(">", ")") + '"#'),
    ("Tokens.swift", '"""\n    ' + CLAIMS.replace("<", "\\(").replace(">", ")") + '\n    """'),
    ("Tokens.kt", CLAIMS.replace('"', '\\"').replace("<", "$").replace(">", "")),
    ("Tokens.kt", '"""' + CLAIMS.replace("<", "$").replace(">", "") + '"""'),
    ("Tokens.java", SUM),
    ("Tokens.java", SUM.replace("+ exp +", "+ (now + 7200) +")),
    ("tokens.js", "`" + CLAIMS.replace("<", "${").replace(">", "}") + "`"),
    ("tokens.js", SUM),
    ("Tokens.cs", SUM),
]


def written_as(path: str, claims: str) -> str:
    code = FILES[path]
    is_whole = claims[:1] in {"`", "#"} or claims.startswith('"""')
    return code.replace('"CLAIMS"', claims) if is_whole else code.replace("CLAIMS", claims)


@pytest.mark.parametrize(("path", "claims"), WRITTEN)
def test_claims_in_a_text_are_those_of_a_token(path: str, claims: str) -> None:
    found = mint(path, written_as(path, claims))

    assert granted(found)["roomJoin"] is True
    assert granted(found)["hidden"] is True
    assert lifetime(found) == 7200


def test_claims_that_are_written_out_as_one_text_are_those_of_a_token() -> None:
    found = mint("tokens.js", written_as("tokens.js", '`{"exp":4102444800,"video":{"room":"hall","roomJoin":true}}`'))

    assert granted(found) == {"room": "hall", "roomJoin": True}


def test_a_text_inside_a_text_is_a_part_of_the_claims() -> None:
    grants = '#"{"room":"\\#(room)","roomJoin":true,"roomAdmin":\\#(who == "a")}"#'
    outer = '#"{"iss":"\\#(key)","exp":\\#(exp),"video":\\#(grants)}"#'
    code = FILES["Tokens.swift"].replace(
        '    let payload = "CLAIMS"', f"    let grants = {grants}\n    let payload = {outer}"
    )

    found = mint("Tokens.swift", code)

    assert {"room", "roomJoin", "roomAdmin"} <= found.grants.by_name.keys()


def test_formats_are_filled_in() -> None:
    claims = '"{\\"exp\\":%d,\\"video\\":{\\"room\\":\\"%s\\",\\"roomJoin\\":true}}"'
    code = FILES["Tokens.java"].replace('"CLAIMS"', f"String.format({claims}, exp, room)")

    assert lifetime(mint("Tokens.java", code)) == 7200


def test_further_claims_may_be_filled_in_behind_the_last_one() -> None:
    claims = '"{\\"exp\\":%d,\\"video\\":{\\"room\\":\\"%s\\",\\"roomJoin\\":true%s}%s}"'
    code = FILES["Tokens.java"].replace('"CLAIMS"', f"String.format({claims}, exp, room, rights, name)")
    found = mint("Tokens.java", code)

    assert (granted(found)["roomJoin"], lifetime(found)) == (True, 7200)


def test_such_a_token_in_an_application_is_signed_where_anybody_can_read_the_secret() -> None:
    project = {
        "app/src/main/AndroidManifest.xml": "<manifest/>",
        "app/build.gradle": "apply plugin: 'com.android.application'",
    }
    code = written_as("Tokens.kt", WRITTEN[4][1]).replace("import javax", "import android.util.Base64\nimport javax", 1)

    assert found_in({**project, "app/src/main/java/Tokens.kt": code}, "LK201") == ["app/src/main/java/Tokens.kt:7"]


@pytest.mark.parametrize(
    "claims",
    [
        '"{\\"video\\": {\\"title\\": \\"" + room + "\\"}}"',
        '"{\\"video\\": {\\"roomJoin\\": true" + room',
        '"\\"video\\": " + room',
        '"[\\"video\\"]"',
        '"{" + "\\"video\\":" + "[" * 10 + "}"',
    ],
)
def test_other_texts_make_no_token(claims: str) -> None:
    assert mints("tokens.js", FILES["tokens.js"].replace('"CLAIMS"', claims)) == []
