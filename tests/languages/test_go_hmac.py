"""Go: tokens that code puts together with an HMAC of the standard library."""

from __future__ import annotations

import pytest

from tests.languages.minting import granted, lifetime, mint, mints

IMPORTS = 'package tokens\n\nimport (\n\t"crypto/hmac"\n\t"crypto/sha256"\n\t"encoding/json"\n\t"time"\n)\n'
SIGN = """
func sign(claims any, secret string) string {
	payload, _ := json.Marshal(claims)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(payload)
	return enc(mac.Sum(nil))
}
"""
TYPES = """
type videoGrant struct {
	Room     string `json:"room"`
	RoomJoin bool   `json:"roomJoin,omitempty"`
	Admin    bool   `json:"roomAdmin,omitempty"`
}
type grants struct {
	Video *videoGrant `json:"video"`
}
type claims struct {
	Issuer    string `json:"iss"`
	ExpiresAt int64  `json:"exp"`
	grants
}
"""
MAP = """
func token(room, secret string) string {
	video := map[string]any{"roomJoin": true, "room": room}
	if room == "studio" {
		video["canPublish"] = false
	}
	return sign(map[string]any{"iss": "k", "exp": time.Now().Add(6 * time.Hour).Unix(), "video": video}, secret)
}
"""
STRUCTS = """
func token(secret string) string {
	video := &videoGrant{Room: "lobby", RoomJoin: true, Admin: false}
	expiry := time.Now().Add(6 * time.Hour).Unix()
	return sign(claims{Issuer: "k", ExpiresAt: expiry, grants: grants{Video: video}}, secret)
}
"""


@pytest.mark.parametrize(
    ("code", "rights"),
    [
        (SIGN + MAP, {"roomJoin": True, "canPublish": False}),
        (SIGN + TYPES + STRUCTS, {"roomJoin": True, "room": "lobby"}),
    ],
    ids=["map", "structs"],
)
def test_claims_that_an_hmac_signs_are_a_token(code: str, rights: dict[str, object]) -> None:
    found = mint("tokens.go", IMPORTS + code)

    assert (found.sdk, lifetime(found)) == ("HMAC by hand", 6 * 3600)
    assert rights.items() <= granted(found).items()
    assert "roomAdmin" not in found.grants.by_name


def test_an_hmac_beside_other_claims_is_no_token() -> None:
    code = 'func login(user string) string { return sign(map[string]any{"sub": user, "video": "intro"}, "x") }\n'

    assert mints("tokens.go", IMPORTS + SIGN + code) == []


def test_claims_that_a_caller_embeds_are_part_of_its_token() -> None:
    code = """
func join(secret string) string {
	return issue(grants{Video: &videoGrant{Room: "lobby", RoomJoin: true}}, secret)
}
func issue(given grants, secret string) string {
	return sign(claims{Issuer: "k", ExpiresAt: time.Now().Add(time.Minute).Unix(), grants: given}, secret)
}
"""
    found = mint("tokens.go", IMPORTS + SIGN + TYPES + code)

    assert (lifetime(found), granted(found)["room"]) == (60, "lobby")
