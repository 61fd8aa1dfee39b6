"""What tokens may hold beside grants, as names.

Sources: livekit/protocol:livekit_egress.proto (S3Upload, GCPUpload, AzureBlobUpload, AliOSSUpload);
livekit/protocol:auth/accesstoken.go, which refuses such credentials in Go only.
"""

from __future__ import annotations

import re

CREDENTIAL_FIELDS = frozenset(
    {"secret", "access_key", "accessKey", "session_token", "sessionToken", "credentials", "account_key", "accountKey"}
)
"""Fields of the egress outputs that authenticate to somebody's storage."""

SECRET_VARIABLE = re.compile(r"(?i)(?:^|_)(?:secret|password|passwd|private_?key|api_?secret)(?:_|$)")

ROLE_FIELDS = frozenset(
    {"role", "roles", "isAdmin", "is_admin", "admin", "isHost", "is_host", "isModerator", "is_moderator", "permissions"}
    | {"permission", "userType", "user_type", "isTeacher", "is_teacher"}
)
"""Members of metadata that decide what their holder may do in an application, by convention."""
