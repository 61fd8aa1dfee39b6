"""SHA-256, without the library that `hashlib` brings along.

Opening OpenSSL takes as long as to read a dozen modules, and the digest is the same. The standard library's `random`
gets SHA-512 this way, for this reason (Lib/random.py: "hashlib is pretty heavy to load").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import sha256
else:
    try:
        from _sha2 import sha256
    except ImportError:
        try:
            from _sha256 import sha256  # Python 3.11
        except ImportError:
            from hashlib import sha256

__all__ = ["sha256"]
