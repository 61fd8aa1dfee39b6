"""Tokens that Swift code makes: which lifetime, which grants, and where it runs."""

from __future__ import annotations

import pytest

from lk_audit.facts import Audience, CredentialLiteral, EnvExposure, Expiry, Side, TokenMint
from lk_audit.source import Source
from tests.languages.minting import granted, lifetime, mint, mints
from tests.samples import extract_facts

SECRET = "q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa"
HOUR = 3600.0


def by_hand(exp: str, before: str = "") -> str:
    """A token that CryptoKit signs."""
    claim = f'"exp": {exp}, ' if exp else ""
    return (
        f"import Foundation\nimport CryptoKit\n{before}\nfunc make(secret: String) throws -> Data {{\n"
        f'    let claims: [String: Any] = ["iss": "k", {claim}"video": ["roomJoin": true, "room": "r"]]\n'
        "    let body = try JSONSerialization.data(withJSONObject: claims)\n"
        "    let key = SymmetricKey(data: Data(secret.utf8))\n"
        "    return Data(HMAC<SHA256>.authenticationCode(for: body, using: key))\n}\n"
    )


LIFETIMES = [
    ("no expiry", by_hand(""), Expiry.NEVER),
    ("seconds added", by_hand("Int(Date().timeIntervalSince1970) + 60 * 60 * 6"), 6 * HOUR),
    ("a later date", by_hand("Int(Date().addingTimeInterval(7200).timeIntervalSince1970)"), 2 * HOUR),
    ("an interval from now", by_hand("Date(timeIntervalSinceNow: 3600).timeIntervalSince1970"), HOUR),
    ("the current date", by_hand("Date.now.timeIntervalSince1970 + 900"), 900.0),
    (
        "milliseconds for seconds",
        by_hand("Int((Date().timeIntervalSince1970 + 3600) * 1000)"),
        Expiry.MILLISECONDS,
    ),
    (
        "a calendar",
        by_hand("Int(Calendar.current.date(byAdding: .day, value: 7, to: Date())!.timeIntervalSince1970)"),
        7 * 24 * HOUR,
    ),
    ("never, as far as anybody lives", by_hand("Date.distantFuture.timeIntervalSince1970"), 2000 * 365 * 24 * HOUR),
    (
        "a constant",
        by_hand("Int(Date().timeIntervalSince1970 + ttl)", "let ttl: TimeInterval = 60 * 60 * 24"),
        24 * HOUR,
    ),
]


@pytest.mark.parametrize(("code", "expected"), [item[1:] for item in LIFETIMES], ids=[item[0] for item in LIFETIMES])
def test_a_lifetime_is_read_in_its_unit(code: str, expected: object) -> None:
    assert lifetime(mint("App/Token.swift", code)) == expected


TYPES = """import JWTKit

struct Grants: Codable {
    var room: String
    var roomJoin: Bool
    var canPublish = true
    var admin: Bool?

    enum CodingKeys: String, CodingKey {
        case room, roomJoin, canPublish
        case admin = "roomAdmin"
    }
}

struct Claims: JWTPayload {
    var iss: IssuerClaim
    var exp: ExpirationClaim
    var video: Grants

    func verify(using signer: JWTSigner) throws {}
}

"""


def test_a_struct_that_is_encoded_is_a_payload_with_the_names_of_its_coding_keys() -> None:
    code = TYPES + (
        "func make(signers: JWTSigners) throws -> String {\n"
        '    let claims = Claims(iss: "k", exp: .init(value: Date().addingTimeInterval(3 * 3600)),\n'
        '                        video: Grants(room: "r", roomJoin: true, admin: true))\n'
        "    return try signers.sign(claims)\n}\n"
    )
    fact = mint("Sources/App/tokens.swift", code)

    assert lifetime(fact) == 3 * HOUR
    assert granted(fact) == {"room": "r", "roomJoin": True, "canPublish": True, "roomAdmin": True}
    assert fact.place.line == 26


def test_what_is_nil_is_left_out_of_the_token() -> None:
    code = TYPES + (
        "func make(signers: JWTSigners) throws -> String {\n"
        '    try signers.sign(Claims(iss: "k", exp: soon, video: Grants(room: "r", roomJoin: true, admin: nil)))\n}\n'
    )

    assert granted(mint("Sources/App/tokens.swift", code)) == {"room": "r", "roomJoin": True, "canPublish": True}


def test_a_type_inside_another_is_a_part_of_the_payload() -> None:
    code = (
        "import CryptoKit\nstruct Maker {\n    struct Claims: Codable {\n"
        "        let exp: Int\n        let video: Grants\n"
        "        struct Grants: Codable {\n            let room: String\n            let roomJoin: Bool\n"
        "        }\n    }\n"
        "    static func make(room: String, key: SymmetricKey) throws -> Data {\n"
        "        let exp = Int(Date().timeIntervalSince1970) + 7200\n"
        "        let claims = Claims(exp: exp, video: Claims.Grants(room: room, roomJoin: true))\n"
        "        let body = try JSONEncoder().encode(claims)\n"
        "        return Data(HMAC<SHA256>.authenticationCode(for: body, using: key))\n    }\n}\n"
    )
    fact = mint("Maker.swift", code)

    assert (lifetime(fact), granted(fact)["roomJoin"]) == (2 * HOUR, True)


def test_what_an_initialiser_stores_is_encoded() -> None:
    code = TYPES.replace(
        "    func verify",
        "    init(room: String, seconds: Double) {\n"
        '        iss = "k"\n        exp = ExpirationClaim(value: Date().addingTimeInterval(seconds))\n'
        "        video = Grants(room: room, roomJoin: true)\n    }\n\n    func verify",
    )
    code += "func make(keys: JWTKeyCollection) async throws -> String {\n"
    code += '    try await keys.sign(Claims(room: "r", seconds: 86400))\n}\n'

    assert lifetime(mint("Sources/App/tokens.swift", code)) == 24 * HOUR


def test_an_object_holds_what_its_own_construction_gives_and_no_other() -> None:
    code = TYPES.replace(
        "    enum CodingKeys",
        "    init(room: String, joins: Bool? = nil, admin: Bool? = nil) {\n"
        "        self.room = room\n        roomJoin = joins\n        self.admin = admin\n    }\n\n    enum CodingKeys",
    )
    made = 'try signers.sign(Claims(iss: "k", exp: soon, video: Grants(room: "r", {})))\n'
    code += f"func join(signers: JWTSigners) throws -> String {{\n    {made.format('joins: true')}}}\n"
    code += f"func tell(signers: JWTSigners) throws -> String {{\n    {made.format('admin: true')}}}\n"
    first, second = mints("Sources/App/tokens.swift", code)

    assert (granted(first).get("roomJoin"), granted(first).get("roomAdmin")) == (True, None)
    assert (granted(second).get("roomJoin"), granted(second).get("roomAdmin")) == (None, True)
    assert (first.audience, second.audience) == (Audience.PARTICIPANT, Audience.SERVICE)


def test_swift_jwt_signs_its_claims() -> None:
    code = (
        "import SwiftJWT\nstruct C: Claims { let exp: Date; let video: [String: Bool] }\n"
        "func make(key: Data) throws -> String {\n"
        '    var jwt = JWT(claims: C(exp: Date(timeIntervalSinceNow: 600), video: ["roomJoin": true]))\n'
        "    return try jwt.sign(using: .hs256(key: key))\n}\n"
    )
    fact = mint("Token.swift", code)

    assert lifetime(fact) == 600.0
    assert granted(fact) == {"roomJoin": True}


def test_commoncrypto_signs_too() -> None:
    code = (
        "import CommonCrypto\nfunc make(key: [UInt8], body: [UInt8]) {\n"
        '    let payload: [String: Any] = ["video": ["roomJoin": true, "roomCreate": true]]\n'
        "    CCHmac(CCHmacAlgorithm(kCCHmacAlgSHA256), key, key.count, body, body.count, &mac)\n    send(payload)\n}\n"
    )

    assert granted(mint("Token.swift", code)) == {"roomJoin": True, "roomCreate": True}


SIDES = [
    ("a user interface", "import SwiftUI\n", {}, Side.CLIENT),
    ("the client's SDK", "import LiveKit\n", {}, Side.CLIENT),
    ("a server's framework", "import Vapor\n", {}, Side.SERVER),
    ("a package with a server's framework", "", {"Package.swift": '.package(url: "https://x/vapor.git")'}, Side.SERVER),
    ("an Xcode project", "", {"App.xcodeproj/project.pbxproj": "// !$*UTF8*$!"}, Side.CLIENT),
    ("nothing that says so", "", {}, Side.UNKNOWN),
]


@pytest.mark.parametrize(("before", "others", "side"), [item[1:] for item in SIDES], ids=[item[0] for item in SIDES])
def test_imports_and_projects_say_where_code_runs(before: str, others: dict[str, str], side: Side) -> None:
    code = before + by_hand("").replace("import CryptoKit", "import Crypto")
    sources = [Source.from_text("Token.swift", code)]
    sources += [Source.from_text(path, text) for path, text in others.items()]

    facts, _ = extract_facts(sources)

    assert [fact.side for fact in facts if isinstance(fact, TokenMint)] == [side]


def test_files_of_a_module_share_their_names() -> None:
    sources = [
        Source.from_text(
            "Sources/App/Config.swift", f'enum Config {{\n    static let livekitApiSecret = "{SECRET}"\n}}\n'
        ),
        Source.from_text("Sources/App/Spans.swift", "let validFor: Double = 2 * 24 * 3600\n"),
        Source.from_text("Sources/App/Token.swift", by_hand("Date().timeIntervalSince1970 + validFor")),
        Source.from_text("Sources/Other/Spans.swift", "let validFor: Double = 60\n"),
    ]

    facts, _ = extract_facts(sources)

    (fact,) = [item for item in facts if isinstance(item, TokenMint)]
    assert lifetime(fact) == 48 * HOUR
    assert [item.place.path for item in facts if isinstance(item, CredentialLiteral)] == ["Sources/App/Config.swift"]


def test_the_property_list_of_an_application_is_shipped_with_it() -> None:
    code = 'import UIKit\nlet s = Bundle.main.object(forInfoDictionaryKey: "LIVEKIT_API_SECRET") as? String ?? ""\n'

    facts, _ = extract_facts([Source.from_text("App/Config.swift", code)])

    assert [(item.name, item.framework) for item in facts if isinstance(item, EnvExposure)] == [
        ("LIVEKIT_API_SECRET", "Info.plist")
    ]


def test_a_fallback_for_the_environment_of_a_server_is_a_secret_that_is_written_down() -> None:
    code = f'import Vapor\nlet s = Environment.get("LIVEKIT_API_SECRET") ?? "{SECRET}"\n'

    facts, _ = extract_facts([Source.from_text("Sources/App/configure.swift", code)])

    assert [item.name for item in facts if isinstance(item, CredentialLiteral)] == ["LIVEKIT_API_SECRET"]


def test_a_field_that_a_construction_leaves_out_is_not_in_the_payload() -> None:
    code = TYPES.replace("var video: Grants", "var video: Grants\n    var sub: SubjectClaim?") + (
        "func make(signers: JWTSigners) throws -> String {\n"
        '    let claims = Claims(iss: "k", exp: .init(value: Date().addingTimeInterval(3 * 3600)),\n'
        '                        video: Grants(room: "r", roomJoin: true, admin: true))\n'
        "    return try signers.sign(claims)\n}\n"
    )
    fact = mint("Sources/App/tokens.swift", code)

    assert lifetime(fact) == 3 * HOUR
    assert fact.identity == ()


def test_other_tokens_are_no_business_of_ours() -> None:
    code = 'import JWTKit\nstruct P: JWTPayload { let sub: String }\nlet t = try signers.sign(P(sub: "u"))\n'

    assert mints("a.swift", code) == []
