"""Bookmarks: the document outline (ISO 32000-1, 12.3.3)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from forms.formats.pdf.objects import PdfFile, text_string


def write_outline(file: PdfFile, entries: Sequence[tuple[int, str, bytes]]) -> int | None:
    """Write the outline of headings (level from 1, words, destination); gives the number of its root.

    A heading lies under the nearest one before it with a smaller level, whatever levels are left out.
    """
    if not entries:
        return None
    root = file.reserve(1 + len(entries))
    parents: list[int] = []
    children: dict[int, list[int]] = {-1: []}
    open_entries: list[int] = []
    for index, (level, _, _) in enumerate(entries):
        while open_entries and entries[open_entries[-1]][0] >= level:
            open_entries.pop()
        parent = open_entries[-1] if open_entries else -1
        parents.append(parent)
        children[parent].append(index)
        children[index] = []
        open_entries.append(index)
    shown = [1] * len(entries)
    for index in range(len(entries) - 1, -1, -1):
        if parents[index] >= 0:
            shown[parents[index]] += shown[index]
    for index, (_, words, destination) in enumerate(entries):
        siblings = children[parents[index]]
        rank = bisect_left(siblings, index)
        parts = [b"/Title", text_string(words), b"/Dest", destination]
        parts.append(b"/Parent %d 0 R" % (root + 1 + parents[index]))
        if rank:
            parts.append(b"/Prev %d 0 R" % (root + 1 + siblings[rank - 1]))
        if rank + 1 < len(siblings):
            parts.append(b"/Next %d 0 R" % (root + 1 + siblings[rank + 1]))
        if children[index]:
            parts.append(_ends(root, children[index], shown[index] - 1))
        file.put(root + 1 + index, b"<<%s>>" % b"".join(parts))
    file.put(root, b"<</Type/Outlines%s>>" % _ends(root, children[-1], len(entries)))
    return root


def _ends(root: int, kids: Sequence[int], count: int) -> bytes:
    """Write first and last child, and how many entries show below when all are open."""
    return b"/First %d 0 R/Last %d 0 R/Count %d" % (root + 1 + kids[0], root + 1 + kids[-1], count)
