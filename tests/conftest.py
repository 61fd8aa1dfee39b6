"""What holds for all tests."""

from __future__ import annotations

import os

os.environ["LK_AUDIT_NO_CACHE"] = "1"  # those that are about the cache use one of their own
