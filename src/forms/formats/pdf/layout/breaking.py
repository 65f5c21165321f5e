"""Where a line may be broken (UAX #14), and breaking texts of one direction that are measured already."""

from __future__ import annotations

import re
from bisect import bisect_right
from zlib import adler32

from forms.formats.pdf.layout.rulers import LONGEST, width_of

NEVER_FIRST = frozenset("/!?,.;:)]}")
"""What no line begins with, even after a space (LB13)."""

_IDEOGRAPHS = tuple(
    zip(
        "\u2e80\u3001\u3130\u31f0\u4e00\uac00\uf900\uff00",
        "\u2fff\u30ff\u318f\u4dbf\u9fff\ud7af\ufaff\uffef",
        strict=True,
    )
)
"""From and to, of what lines of Chinese, Japanese and Korean may be broken at."""
MAY_BREAK = re.compile("[-/!?|\u00ad]|[^\0-\u2001\u2018-\u201f]")
"""Finds nothing in most words that can't be broken; the others are for `pieces`. The exact set, with its large
ranges, takes milliseconds to compile, in each process."""
AFTER = frozenset("-\u2010\u2012\u2013\u2014\u200b\u00ad/!?\u2026|" + "".join(map(chr, range(0x2002, 0x200B))))
_NEVER_BEFORE = frozenset(
    "-\u2010\u2012\u2013/!?\u2026,.;:)]}\u2019\u201d\u00bb'\"\u00a0\u202f\u2011%|"
    "\u3001\u3002\uff0c\uff0e\uff1a\uff1b\uff01\uff1f\uff09\u300d\u300f\u3011\u3009\u300b\u30fc\u3005"
)
_NEVER_AFTER = frozenset("([{\u2018\u201c\u00ab\uff08\u300c\u300e\u3010\u3008\u300a")


def pieces(word: str) -> list[str]:
    """Part a word without spaces where a line may be broken in it (UAX #14, the pairs that forms use)."""
    out, start = [], 0
    for index in range(1, len(word)):
        before, after = word[index - 1], word[index]
        if after in _NEVER_BEFORE or before in _NEVER_AFTER:
            continue
        if before in AFTER:
            allowed = before != "/" or not after.isdigit()
        else:
            allowed = after == "\u2014" or _is_ideograph(before) or _is_ideograph(after)
        if allowed:
            out.append(word[start:index])
            start = index
    out.append(word[start:])
    return out


def _is_ideograph(char: str) -> bool:
    return char >= "\u2e80" and any(first <= char <= last for first, last in _IDEOGRAPHS)


_LONG_WAY = re.compile(r" [/!?,.;:)\]}]")
"""Where no line may be broken although a space stands there."""


def broken(text: str, high: bytes, low: bytes, room: float, others: float, mean: float) -> list[str] | None:
    """Break a text that does not begin with a space into lines, which end with the space they are broken at.

    The first line has `room` units, the others `others`; a character is about as wide as `mean`. None if the
    text takes another way: it has several spaces in a row, a word too long for its line, or a space where no
    line may be broken.
    """
    if "  " in text or not text:
        return None
    stop = len(text) - 1 if text[-1] == " " else len(text)
    out: list[str] = []
    start = 0
    while True:
        # Begin with as many words as there usually are,
        end = start + int(room / mean)
        if end < stop:
            end = text.rfind(" ", start, end + 1)
            if end < 0:
                end = start
        else:
            end = stop
        if end - start > LONGEST:
            return None
        width = 16 * (adler32(high[start:end], 0) & 65535) + (adler32(low[start:end], 0) & 65535)
        # take words off until the line holds them,
        while width > room and end > start:
            before = max(text.rfind(" ", start, end), start)
            width -= width_of(high[before:end], low[before:end])
            end = before
        # and add those that it holds too.
        word = after = end
        while end < stop:
            word = end + 1 if end > start else start
            after = text.find(" ", word, stop)
            if after < 0:
                after = stop
            if after - end > LONGEST:
                return None
            more = width + 16 * (adler32(high[end:after], 0) & 65535) + (adler32(low[end:after], 0) & 65535)
            if more > room:
                break
            end, width = after, more
        else:
            out.append(text[start:])
            return out
        if width:
            mean = width / (end - start)
        cut = word
        if MAY_BREAK.search(text, word, after):
            left = room - width - width_of(high[end:word], low[end:word])
            for part in pieces(text[word:after]):
                left -= width_of(high[cut : cut + len(part)], low[cut : cut + len(part)])
                if left < 0:
                    break
                cut += len(part)
        if cut == word and (end == start or text[word] in NEVER_FIRST):
            return None
        out.append(text[start:cut])
        start, room = cut, others


def ranges(
    text: str, stop: int, ends: list[float], room: float, others: float
) -> list[tuple[int, int, bool]] | None:
    """Break a text whose words end at `stop` into lines: from, to, whether a space follows.

    `ends` is where each character ends, beginning with 0; the first line has `room`, the others `others`. None
    if that takes the long way.
    """
    if _LONG_WAY.search(text):
        return None
    out: list[tuple[int, int, bool]] = []
    start = 0
    while True:
        most = ends[start] + room
        end = bisect_right(ends, most, start) - 1
        if end >= stop:
            out.append((start, stop, stop < len(text)))
            return out
        space = text.rfind(" ", start, end + 1)
        word = space + 1 if space >= 0 else start
        while text[word] == " ":
            word += 1
        after = text.find(" ", word)
        cut = _part(text, word, after if after >= 0 else len(text), ends, most)
        if cut > word:
            out.append((start, cut, False))
            start = cut
        elif space < 0:
            return None  # a word too long for the line
        else:
            while text[space - 1] == " ":
                space -= 1
            out.append((start, space, True))
            start = word
        room = others


def _part(text: str, start: int, stop: int, ends: list[float], most: float) -> int:
    """Give the last place up to `most` where a line may be broken in a word, `start` if there is none."""
    cut = start
    if MAY_BREAK.search(text, start, stop):
        for part in pieces(text[start:stop]):
            if ends[cut + len(part)] > most:
                break
            cut += len(part)
    return cut
