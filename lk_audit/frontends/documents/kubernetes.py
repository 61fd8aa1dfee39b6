"""The `data` of Kubernetes Secrets, decoded. Source: kubernetes.io/docs/concepts/configuration/secret."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lk_audit.frontends import text
from lk_audit.frontends.parsing import at_most
from lk_audit.source import Source
from lk_audit.syntax import Pair

_ENCODED_KEYS = frozenset({"data", "binaryData"})


def with_decoded_secrets(pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs of one document, with what its Secrets hold in base64; the places are those of the encoded text.

    A Secret may hold a whole file: its pairs are added.

    Raises:
        TooHardError: there are far too many of them.
    """
    secrets = {pair.path[:-1] for pair in pairs if pair.path[-1:] == ("kind",) and pair.value == "Secret"}
    if not secrets:
        return list(pairs)
    found = (item for pair in pairs for item in (_decoded(pair) if _is_encoded(pair.path, secrets) else (pair,)))
    return list(at_most(found))


def _is_encoded(path: tuple[str, ...], secrets: set[tuple[str, ...]]) -> bool:
    return any(key in _ENCODED_KEYS and path[:index] in secrets for index, key in enumerate(path[:-1]))


def _decoded(pair: Pair) -> Iterator[Pair]:
    import base64  # noqa: PLC0415 - few files are secrets of Kubernetes

    try:
        raw = base64.b64decode("".join(pair.value.split()), validate=True)
        value = raw.decode("utf-8").strip()
    except ValueError:
        yield pair
        return
    yield Pair(pair.start, pair.end, pair.path, value, pair.key_start, pair.commented)
    if "\n" in value:
        for inner in text.pairs_in(Source(pair.path[-1], raw), 0, len(raw), prefix=pair.path):
            yield Pair(pair.start, pair.end, inner.path, inner.value, pair.key_start, inner.commented)
