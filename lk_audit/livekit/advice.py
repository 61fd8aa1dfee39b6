"""How what rules advise is written with the SDK, or in the language, of the code in question.

Sources: those of `livekit.sdks`, and the time functions of each language's standard library.
"""

from __future__ import annotations

LIFETIME: dict[str, str] = {
    "python": "`.with_ttl(timedelta(minutes=15))`",
    "javascript": "`{ ttl: '15m' }` in the constructor's options",
    "go": "`.SetValidFor(15 * time.Minute)`",
    "java": "`token.setTtl(TimeUnit.MINUTES.toMillis(15))`",
    "kotlin": "`token.ttl = TimeUnit.MINUTES.toMillis(15)`",
    "php": "`->setTtl(15 * 60)` on the AccessTokenOptions",
    "ruby": "`ttl: 15 * 60`",
    "csharp": "`.WithTtl(TimeSpan.FromMinutes(15))`",
    "rust": "`.with_ttl(Duration::from_secs(15 * 60))`",
    "dart": "`ttl: 15 * 60` in the AccessTokenOptions",
}
"""A lifetime of 15 minutes, by language."""

LIFETIME_OF_SDK: dict[str, str] = {
    "livekit-server-sdk-python": "`ttl=timedelta(minutes=15)`",
    "livekit": "`AccessToken.with_ttl(token, 15 * 60)`",
    "ex_livekit": "`AccessToken.add_ttl(token, 15 * 60)`",
    "livekitex": "`ttl: 15 * 60`",
}
"""The same with SDKs that differ from the usual one of their language, by label."""

EXPIRY: dict[str, str] = {
    "python": '`"exp": int(time.time()) + 900`',
    "javascript": "`exp: Math.floor(Date.now() / 1000) + 900`, `expiresIn: '15m'`, `.setExpirationTime('15m')`",
    "go": '`"exp": time.Now().Add(15 * time.Minute).Unix()`',
    "java": "`Instant.now().plusSeconds(900)`",
    "kotlin": "`Instant.now().plusSeconds(900)`",
    "php": "`'exp' => time() + 900`",
    "ruby": "`exp: Time.now.to_i + 900`",
    "csharp": "`DateTimeOffset.UtcNow.AddMinutes(15).ToUnixTimeSeconds()`",
    "rust": "`SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs() + 900`",
    "dart": "`'exp': DateTime.now().millisecondsSinceEpoch ~/ 1000 + 900`",
    "swift": "`Date().addingTimeInterval(900)`",
    "elixir": '`"exp" => System.system_time(:second) + 900`',
    "shell": '`"exp": $(($(date +%s) + 900))`',
}
"""An expiry in 15 minutes for a token that no SDK makes, by language."""

ROOM: dict[str, str] = {
    "python": "`room_join=True, room=room`",
    "javascript": "`roomJoin: true, room`",
    "go": "`RoomJoin: true, Room: room`",
    "java": "`new RoomJoin(true), new RoomName(room)`",
    "kotlin": "`RoomJoin(true), RoomName(room)`",
    "php": "`->setRoomJoin()->setRoomName($room)`",
    "csharp": "`RoomJoin = true, Room = room`",
    "rust": "`room_join: true, room`",
    "ruby": "`roomJoin: true, room: room`",
    "elixir": "`room_join: true, room: room`",
}
"""The right to join one room, by language."""

LISTENER: dict[str, str] = {
    "python": "`can_publish=False, can_publish_data=False`",
    "go": "`grant.SetCanPublish(false)`",
    "java": "`new CanPublish(false)`",
    "kotlin": "`CanPublish(false)`",
    "php": "`->setCanPublish(false)`",
    "csharp": "`CanPublish = false, CanPublishData = false`",
    "rust": "`can_publish: false, can_publish_data: false`",
    "elixir": "`can_publish: false, can_publish_data: false`",
}
"""Publishing, data messages included, denied in words, by language."""

VERIFIED_TOKEN: dict[str, str] = {
    "python": "`api.TokenVerifier(key, secret).verify(token)`",
    "javascript": "`await new TokenVerifier(key, secret).verify(token)`",
    "go": "`auth.ParseAPIToken(token)`, then `verifier.Verify(secret)`",
    "php": "`(new AccessToken($key, $secret))->fromJwt($token)`",
    "ruby": "`LiveKit::TokenVerifier.new(api_key: key, api_secret: secret).verify(token)`",
    "csharp": "`new TokenVerifier(key, secret).Verify(token)`",
    "rust": "`TokenVerifier::with_api_key(&key, &secret).verify(&token)`",
}
"""The claims of a token whose signature was checked, by language."""

VERIFIED_EVENT: dict[str, str] = {
    "python": "`api.WebhookReceiver(api.TokenVerifier(key, secret)).receive(body, header)`",
    "javascript": "`await new WebhookReceiver(key, secret).receive(body, header)`",
    "go": "`webhook.ReceiveWebhookEvent(request, auth.NewSimpleKeyProvider(key, secret))`",
    "java": "`new WebhookReceiver(key, secret).receive(body, header)`",
    "kotlin": "`WebhookReceiver(key, secret).receive(body, header)`",
    "php": "`(new WebhookReceiver($key, $secret))->receive($body, $header)`",
    "csharp": "`new WebhookReceiver(key, secret).Receive(body, header)`",
}
"""A webhook event whose signature was checked, from the raw body and the Authorization header, by language."""
