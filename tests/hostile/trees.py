"""All hostile trees."""

from __future__ import annotations

from tests.hostile.deep import DEEP, NESTED
from tests.hostile.elsewhere import ELSEWHERE
from tests.hostile.endless import CIRCULAR, EXPANDING
from tests.hostile.large import LARGE, SLOW
from tests.hostile.related import RELATED
from tests.hostile.steering import STEERING
from tests.hostile.strange import BINARY, SPECIAL

TREES = (*LARGE, *SLOW, *DEEP, *EXPANDING, *CIRCULAR, *RELATED, *ELSEWHERE, *BINARY, *SPECIAL, *STEERING, *NESTED)
