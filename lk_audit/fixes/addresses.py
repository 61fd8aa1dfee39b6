"""Addresses with the encrypted scheme."""

from __future__ import annotations

from lk_audit.edits import Edit, Fix
from lk_audit.fixes.ground import Ground
from lk_audit.repairs import EncryptAddress


def encrypt(ground: Ground, repair: EncryptAddress) -> Fix | None:
    """`ws://` as `wss://`; unsafe, as the server must answer there with a certificate."""
    source = ground.files.source(repair.place.path)
    if source is None:
        return None
    start = source.data.find(f"{repair.scheme}://".encode(), repair.place.start, repair.place.end)
    if start < 0:
        return None
    at = start + len(repair.scheme)
    return Fix(f"Use {repair.scheme}s://", (Edit(source.place(at, at), "s"),), is_safe=False)
