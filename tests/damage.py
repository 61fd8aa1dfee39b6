"""Code that is cut and changed at random, the same in every run: whoever reads it must not raise."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

_PROJECTS = Path(__file__).parent / "fixtures" / "projects"


def pieces(texts: Sequence[str], signs: Sequence[str]) -> Iterator[str]:
    """Pieces of texts, each with one of some signs somewhere in it."""
    whole = "\n".join(texts)
    chance = random.Random(7)
    for _ in range(300):
        start = chance.randrange(len(whole))
        piece = whole[start : start + chance.randrange(400)]
        place = chance.randrange(len(piece) + 1)
        yield piece[:place] + chance.choice(signs) + piece[place:]


def mangled(pattern: str) -> Iterator[bytes]:
    """The files of the sample projects that a pattern means, ended early, or with a gap."""
    chance = random.Random(7)
    for path in sorted(_PROJECTS.glob(pattern)):
        data = path.read_bytes()
        for _ in range(12):
            yield data[: chance.randrange(len(data))]
            start = chance.randrange(len(data))
            yield data[:start] + data[start + chance.randrange(1, 30) :]
