"""Code that a program has written from a description: nobody calls LiveKit or keeps a credential in it."""

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


def is_generated(data: bytes) -> bool:
    """Whether a file of code declares messages and their fakes only, as its generator says at its top."""
    return data.find(_IN_ALL, 0, _HEAD) >= 0 and _MARK.search(data, 0, _HEAD) is not None
