"""Code that programs have written: from a description, where nobody calls LiveKit, or as a bundle of other sources."""

from __future__ import annotations

import re

from lk_audit.patterns import regex

_HEAD = 2_000
"""Bytes; such a file says so at its top, at most below a licence."""
_MARK = regex(
    rb"""
      Generated\ by\ the\ protocol\ buffer\ compiler                # protoc: C#, Java, Kotlin, PHP, Python, Ruby
    | generator\ plugin\ for\ the\ protocol\ buffer\ compiler       # swift-protobuf
    | Generated\ from\ [\w./-]{1,200}\.proto\b                      # protoc_plugin of Dart
    | Code\ generated\ by\ (?:protoc-gen-|counterfeiter)            # https://go.dev/s/generatedcode
    | @generated\ by\ (?:protoc-gen-|protobuf-ts|prost-build)       # protobuf-es, protobuf-ts, prost
    | \A//\ @generated\r?\nimpl\ serde::                            # pbjson-build
    """,
    re.VERBOSE,
)
_IN_ALL = b"enerat"
_LARGE = 100_000
_LONG_LINES = 300
"""Bytes in the average line of a file that no person wrote; in hand-written code it is about 40."""


def is_generated(data: bytes) -> bool:
    """Whether a file of code declares messages and their fakes only, as its generator says at its top."""
    return data.find(_IN_ALL, 0, _HEAD) >= 0 and _MARK.search(data, 0, _HEAD) is not None


def is_minified(data: bytes) -> bool:
    """Whether a file is a bundle made of other sources: it is read as text, for credentials and tokens.

    Its syntax would cost seconds for each megabyte and say nothing that the sources do not.
    """
    return len(data) > _LARGE and len(data) > _LONG_LINES * (data.count(b"\n") + 1)
