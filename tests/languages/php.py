"""What PHP that makes tokens begins with."""

from __future__ import annotations

USES = "use Agence104\\LiveKit\\{AccessToken, AccessTokenOptions, VideoGrant, SIPGrant, WebhookReceiver};\n"
