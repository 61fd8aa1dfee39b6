"""What holds for all tests."""

from __future__ import annotations

import os

from hypothesis import settings

os.environ["LK_AUDIT_NO_CACHE"] = "1"  # those that are about the cache use one of their own

# The same examples in every run: one that fails once fails again, and nobody's change is blamed for it.
settings.register_profile("repeatable", derandomize=True)
settings.load_profile("repeatable")
