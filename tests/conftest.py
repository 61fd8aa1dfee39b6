"""What holds for all tests."""

from __future__ import annotations

import os
import signal

from hypothesis import settings

os.environ["LK_AUDIT_NO_CACHE"] = "1"  # those that are about the cache use one of their own

# The same examples in every run: one that fails once fails again, and nobody's change is blamed for it.
settings.register_profile("repeatable", derandomize=True)
settings.load_profile("repeatable")

# What `nohup` starts, or a shell in the background, ignores signals, and so would the programs that tests interrupt.
for name, heard in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
    if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) is signal.SIG_IGN:
        signal.signal(getattr(signal, name), heard)
