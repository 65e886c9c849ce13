"""Folds pasted text to the ASCII it stands for: section 4 of spec/protocol.md."""

from __future__ import annotations

import re
from typing import Callable, Dict

from . import _folding_table as table


def _expand(ranges: str, fold: Callable[[int], str], length: int = 1) -> Dict[int, str]:
    folded = {}
    for text in ranges.split(" "):
        first, _, last = text.partition("-")
        start = int(first, 16)
        end = int(last, 16) + 1 if last else start + length
        for point in range(start, end):
            folded[point] = fold(point - start)
    return folded


_FOLDED: Dict[int, str] = {
    **_expand(table.DROPPED, lambda index: ""),
    **_expand(table.SPACES, lambda index: " "),
    **_expand(table.HYPHENS, lambda index: "-"),
    **_expand(table.ZEROS, str, 10),
    **_expand(table.FULL_WIDTH, lambda index: chr(0x21 + index)),
}
_BLANKS = " \t"
_JOINERS = "\u200c\u200d"


def fold_text(text: str) -> str:
    """Drops format characters; maps spaces, dashes, decimal digits and full-width forms to ASCII; keeps the rest."""
    return text if text.isascii() else text.translate(_FOLDED)


def fold_identity(text: str) -> str:
    """Folds and trims, but leaves the domain of an e-mail address as typed."""
    at = re.search("[@\uff20]", text)
    if at is None or text.isascii():
        return fold_text(text).strip(_BLANKS)
    return fold_text(text[: at.start()]).lstrip(_BLANKS) + "@" + _trim_end(text[at.end() :])


def _trim_end(domain: str) -> str:
    """Trims the end of a domain, but keeps a joiner after a non-ASCII letter, which may be part of the name."""
    end = len(domain)
    while end > 0 and _FOLDED.get(ord(domain[end - 1]), domain[end - 1]) in ("", " ", "\t"):
        end -= 1
    if end > 0 and not domain[end - 1].isascii():
        while domain[end : end + 1] and domain[end] in _JOINERS:
            end += 1
    return domain[:end]
