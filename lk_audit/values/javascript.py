"""JavaScript and TypeScript: functions of the language and of its libraries."""

from __future__ import annotations

import math

from lk_audit.values import moments
from lk_audit.values.conversions import (
    GREATEST,
    LEAST,
    absolute,
    as_number,
    boolean,
    derived,
    encoded,
    first,
    half_up,
    identity,
    json_value,
    parsed_number,
    rounding,
)
from lk_audit.values.invocation import Function

FUNCTIONS: dict[str, Function] = {
    "Number": first(as_number(whole=False)),
    "parseInt": parsed_number(whole=True),
    "parseFloat": parsed_number(whole=False),
    "Number.parseInt": parsed_number(whole=True),
    "Number.parseFloat": parsed_number(whole=False),
    "Math.floor": rounding(math.floor),
    "Math.ceil": rounding(math.ceil),
    "Math.trunc": rounding(math.trunc),
    "Math.round": rounding(half_up),
    "Math.abs": first(absolute),
    "Math.min": LEAST,
    "Math.max": GREATEST,
    "String": encoded,
    "Buffer.from": encoded,
    "buffer.Buffer.from": encoded,
    "crypto.createSecretKey": encoded,
    "TextEncoder.encode": encoded,
    "util.TextEncoder.encode": encoded,
    "Boolean": boolean(python=False),
    "JSON.parse": json_value,
    **dict.fromkeys(
        ("Object.freeze", "Object.seal", "structuredClone", "Uint8Array.from", "Promise.resolve", "BigInt"), identity
    ),
    **dict.fromkeys(
        (
            "JSON.stringify",
            "encodeURIComponent",
            "encodeURI",
            "btoa",
            "atob",
            "Object.fromEntries",
            "Object.keys",
            "Object.values",
            "Object.entries",
        ),
        derived,
    ),
    **moments.JAVASCRIPT,
}
