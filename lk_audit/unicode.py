"""Text as Unicode has it: literals of many languages can hold what is none."""

from __future__ import annotations


def writable(text: str) -> str:
    """Text that can be written out: a pair of surrogates is the character that it means, half of one becomes U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
